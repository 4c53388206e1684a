import { type CommandRules, type RulesOf, readsNothing, usually } from '../command-rules.ts';
import { type Decision, done, type Moment, refused } from '../decision.ts';
import type { Delivery } from '../delivery.ts';
import type { Refusal } from '../refusal.ts';
import type { View } from '../view.ts';
import { testEveryMs, type Webhook, webhooksMax } from '../webhook.ts';
import { testChanges } from '../webhook-challenge.ts';
import { disabled, enabled, healthy } from '../webhook-health.ts';

export interface CreateWebhook {
  readonly kind: 'create_webhook';
  readonly url: string;
  readonly events: Webhook['events'];
  /** the signing secret: it goes into the answer, which is sealed */
  readonly secret: string;
  /** the same, as it is kept */
  readonly keptSecret: string;
  /** what its receiver has to echo before anything is delivered; `undefined` if no proof of ownership is required */
  readonly challenge: string | undefined;
}

/** What is `undefined` stays as it is. */
export interface ChangeWebhook {
  readonly kind: 'change_webhook';
  readonly webhookId: string;
  readonly url: string | undefined;
  readonly events: Webhook['events'] | undefined;
  readonly disabled: boolean | undefined;
  /** as for a new webhook, if the URL changes */
  readonly challenge: string | undefined;
}

export interface DeleteWebhook {
  readonly kind: 'delete_webhook';
  readonly webhookId: string;
}

export interface RotateWebhookSecret {
  readonly kind: 'rotate_webhook_secret';
  readonly webhookId: string;
  /** the new secret: it goes into the answer, which is sealed */
  readonly secret: string;
  /** the same, as it is kept */
  readonly keptSecret: string;
  /** for how long messages are signed with the old one too, in milliseconds */
  readonly graceMs: number;
}

export interface TestWebhook {
  readonly kind: 'test_webhook';
  readonly webhookId: string;
  /** what the receiver has to echo if its ownership is not proven */
  readonly challenge: string;
}

export type WebhooksCommand =
  | CreateWebhook
  | ChangeWebhook
  | DeleteWebhook
  | RotateWebhookSecret
  | TestWebhook;

export interface WebhookCreated {
  readonly kind: 'webhook_created';
  readonly webhook: Webhook;
  /** the signing secret itself */
  readonly secret: string;
}

export interface WebhookChanged {
  readonly kind: 'webhook_changed';
  readonly webhook: Webhook;
}

export interface WebhookDeleted {
  readonly kind: 'webhook_deleted';
}

export interface WebhookSecretRotated {
  readonly kind: 'webhook_secret_rotated';
  readonly webhook: Webhook;
  /** the new signing secret itself */
  readonly secret: string;
}

export interface WebhookTested {
  readonly kind: 'webhook_tested';
  readonly delivery: Delivery;
}

/** Every decision sees the webhooks of its tenant. */
const ofWebhooks = { ...usually, reads: readsNothing, changesTenant: () => true };

const createWebhook: CommandRules<CreateWebhook, WebhookCreated> = {
  ...ofWebhooks,
  // The webhook, and the event with its challenge.
  idsMax: () => 2,
  decide: decideCreation,
};

/** Changes a webhook; one that is enabled again continues with its pending deliveries. */
const changeWebhook: CommandRules<ChangeWebhook, WebhookChanged> = { ...ofWebhooks, decide: decideChange };

const deleteWebhook: CommandRules<DeleteWebhook, WebhookDeleted> = {
  ...ofWebhooks,
  idsMax: () => 0,
  decide: decideDeletion,
};

/** Gives a webhook another secret. Messages are signed with both for a while; a secret from before those two ends at once. */
const rotateWebhookSecret: CommandRules<RotateWebhookSecret, WebhookSecretRotated> = {
  ...ofWebhooks,
  idsMax: () => 0,
  decide: decideRotation,
};

/** Queues a real delivery of an event that says only that it is a test. */
const testWebhook: CommandRules<TestWebhook, WebhookTested> = {
  ...ofWebhooks,
  actsMax: () => 0,
  decide: decideTest,
};

export const webhooksCommands = {
  create_webhook: createWebhook,
  change_webhook: changeWebhook,
  delete_webhook: deleteWebhook,
  rotate_webhook_secret: rotateWebhookSecret,
  test_webhook: testWebhook,
} satisfies RulesOf<WebhooksCommand>;

function decideCreation(command: CreateWebhook, view: View, moment: Moment): Decision<WebhookCreated> {
  if (view.webhooks().length >= webhooksMax) {
    return refused({ code: 'limit_exceeded', message: `a tenant has at most ${webhooksMax} webhooks` });
  }
  const { url, events, keptSecret } = command;
  const webhook: Webhook = {
    id: moment.id(0),
    url,
    events,
    keptSecret,
    formerSecret: undefined,
    createdAtMs: moment.nowMs,
    disabled: undefined,
    disabledAtMs: undefined,
    failures: 0,
    failingSinceMs: undefined,
    ownership: command.challenge === undefined ? 'not_required' : 'pending',
    redeliveriesUntilMs: 0,
    testedAtMs: 0,
    deleted: false,
  };
  return done(
    { kind: 'webhook_created', webhook, secret: command.secret },
    { webhooks: [webhook], ...challengeChanges(webhook, command.challenge, moment, 1) },
  );
}

function decideChange(command: ChangeWebhook, view: View, moment: Moment): Decision<WebhookChanged> {
  const known = knownWebhook(view, command.webhookId);
  if (known === undefined) return refused(unknownWebhook(command.webhookId));
  const { url = known.url, events = known.events } = command;
  const isMoved = url !== known.url;
  const webhook = switched(
    { ...(isMoved ? moved(known, command.challenge) : known), url, events },
    command.disabled,
    moment.nowMs,
  );
  const challenge = isMoved ? challengeChanges(webhook, command.challenge, moment, 0) : {};
  return done({ kind: 'webhook_changed', webhook }, { webhooks: [webhook], ...challenge });
}

/** A webhook that gets another URL: failures and proofs of the old receiver do not count for the new one. */
function moved(webhook: Webhook, challenge: string | undefined): Webhook {
  return { ...healthy(webhook), ownership: challenge === undefined ? 'not_required' : 'pending' };
}

/** Asks a receiver to prove its ownership, if that is required. */
function challengeChanges(webhook: Webhook, challenge: string | undefined, moment: Moment, idNumber: number) {
  return challenge === undefined ? {} : testChanges(webhook, challenge, moment.id(idNumber), moment.nowMs);
}

function switched(webhook: Webhook, isDisabled: boolean | undefined, nowMs: number): Webhook {
  if (isDisabled === undefined) return webhook;
  return isDisabled ? disabled(webhook, 'by_request', nowMs) : enabled(webhook);
}

function decideDeletion(command: DeleteWebhook, view: View): Decision<WebhookDeleted> {
  const known = knownWebhook(view, command.webhookId);
  if (known === undefined) return refused(unknownWebhook(command.webhookId));
  // The secrets are no longer needed, so they are removed.
  return done(
    { kind: 'webhook_deleted' },
    { webhooks: [{ ...known, deleted: true, keptSecret: '', formerSecret: undefined }] },
  );
}

function decideRotation(
  command: RotateWebhookSecret,
  view: View,
  moment: Moment,
): Decision<WebhookSecretRotated> {
  const known = knownWebhook(view, command.webhookId);
  if (known === undefined) return refused(unknownWebhook(command.webhookId));
  const { secret, keptSecret, graceMs } = command;
  const formerSecret = { kept: known.keptSecret, untilMs: moment.nowMs + graceMs };
  const webhook: Webhook = { ...known, keptSecret, formerSecret: graceMs === 0 ? undefined : formerSecret };
  return done({ kind: 'webhook_secret_rotated', webhook, secret }, { webhooks: [webhook] });
}

function decideTest(command: TestWebhook, view: View, moment: Moment): Decision<WebhookTested> {
  const known = knownWebhook(view, command.webhookId);
  if (known === undefined) return refused(unknownWebhook(command.webhookId));
  if (known.disabled !== undefined) return refused(webhookDisabled);
  const againInMs = known.testedAtMs + testEveryMs - moment.nowMs;
  // Longer than that only after the clock was set back.
  if (againInMs > 0 && againInMs <= testEveryMs) {
    const message = `a webhook can be tested once in ${testEveryMs / 1_000} seconds`;
    return refused({ code: 'rate_limited', message, retryAfterMs: againInMs });
  }
  const { events, deliveries } = testChanges(known, command.challenge, moment.id(0), moment.nowMs);
  const [delivery] = deliveries;
  return done(
    { kind: 'webhook_tested', delivery },
    { events, deliveries, webhooks: [{ ...known, testedAtMs: moment.nowMs }] },
  );
}

export function knownWebhook(view: View, id: string): Webhook | undefined {
  return view.webhooks().find((webhook) => webhook.id === id);
}

export function unknownWebhook(id: string): Refusal {
  return { code: 'not_found', message: `no webhook has the id ${id}` };
}

export const webhookDisabled: Refusal = {
  code: 'webhook_disabled',
  message: 'the webhook is disabled: enable it first',
};
