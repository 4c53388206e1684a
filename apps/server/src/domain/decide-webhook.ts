import type {
  ChangeWebhook,
  CreateWebhook,
  DeleteWebhook,
  Redeliver,
  ReportDelivery,
  RotateWebhookSecret,
  TestWebhook,
} from './command.ts';
import { type Decision, done, type Moment, refused } from './decision.ts';
import { afterAttempt } from './delivery.ts';
import type { Refusal } from './refusal.ts';
import type { View } from './view.ts';
import { isDelivering, testEveryMs, type Webhook, webhooksMax } from './webhook.ts';
import { deliveryAnswer, webhookAnswer } from './webhook-answer.ts';
import { testChanges } from './webhook-challenge.ts';
import { askRedelivery, disabled, enabled, failedOnce, healthy, isReceiversFault } from './webhook-health.ts';

export function createWebhook(command: CreateWebhook, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
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
    {
      status: 201,
      location: `/webhooks/${webhook.id}`,
      body: { ...webhookAnswer(webhook), secret: command.secret },
    },
    { webhooks: [webhook], ...challengeChanges(webhook, command.challenge, moment, 1) },
  );
}

/** Changes a webhook; one that is enabled again goes on with what was pending. */
export function changeWebhook(command: ChangeWebhook, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
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
  return done({ status: 200, body: webhookAnswer(webhook) }, { webhooks: [webhook], ...challenge });
}

/** A webhook that gets another URL: what its receiver failed or proved says nothing about the next one. */
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

export function deleteWebhook(command: DeleteWebhook, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const known = knownWebhook(view, command.webhookId);
  if (known === undefined) return refused(unknownWebhook(command.webhookId));
  // The secrets are of no use any more, so they do not stay.
  return done(
    { status: 204 },
    { webhooks: [{ ...known, deleted: true, keptSecret: '', formerSecret: undefined }] },
  );
}

/** Gives a webhook another secret. Messages are signed with both for a while; a secret from before those two ends at once. */
export function rotateWebhookSecret(command: RotateWebhookSecret, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const known = knownWebhook(view, command.webhookId);
  if (known === undefined) return refused(unknownWebhook(command.webhookId));
  const { secret, keptSecret, graceMs } = command;
  const formerSecret = { kept: known.keptSecret, untilMs: moment.nowMs + graceMs };
  const webhook: Webhook = { ...known, keptSecret, formerSecret: graceMs === 0 ? undefined : formerSecret };
  return done({ status: 200, body: { ...webhookAnswer(webhook), secret } }, { webhooks: [webhook] });
}

/** Queues a real delivery of an event that says only that it is a test. */
export function testWebhook(command: TestWebhook, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const known = knownWebhook(view, command.webhookId);
  if (known === undefined) return refused(unknownWebhook(command.webhookId));
  if (known.disabled !== undefined) return refused(webhookDisabled);
  const againInMs = known.testedAtMs + testEveryMs - moment.nowMs;
  // Longer than that only after the clock was set back.
  if (againInMs > 0 && againInMs <= testEveryMs) {
    const message = `a webhook is tested once in ${testEveryMs / 1_000} seconds`;
    return refused({ code: 'rate_limited', message, retryAfterMs: againInMs });
  }
  const { events, deliveries } = testChanges(known, command.challenge, moment.id(0), moment.nowMs);
  const [delivery] = deliveries;
  return done(
    {
      status: 200,
      location: `/webhooks/${known.id}/deliveries`,
      body: { id: known.id, deliveredAt: null, simulated: false, ...deliveryAnswer(delivery) },
    },
    { events, deliveries, webhooks: [{ ...known, testedAtMs: moment.nowMs }] },
  );
}

/** Delivers an event once more, by hand: under the same id, which the receiver knows it by. */
export function redeliver(command: Redeliver, view: View, moment: Moment): Decision {
  if (moment.gate !== undefined) return refused(moment.gate);
  const { webhookId, eventId } = command;
  const known = knownWebhook(view, webhookId);
  if (known === undefined) return refused(unknownWebhook(webhookId));
  if (!isDelivering(known)) return refused(known.disabled === undefined ? notProven : webhookDisabled);
  const delivery = view.delivery(webhookId, eventId);
  if (delivery === undefined) {
    return refused({ code: 'not_found', message: `no delivery of ${eventId} to this webhook is known` });
  }
  const asked = askRedelivery(known, moment.nowMs);
  if ('againInMs' in asked) {
    const message =
      'too many redeliveries were asked for: a webhook has 600 at once, and then 10 in a second';
    return refused({ code: 'rate_limited', message, retryAfterMs: asked.againInMs });
  }
  const again = { ...delivery, state: 'pending', attempts: 0, nextAttemptAtMs: moment.nowMs } as const;
  return done(
    { status: 200, body: deliveryAnswer(again) },
    { deliveries: [again], webhooks: [asked.webhook] },
  );
}

/** Notes what came of an attempt. Not held up by a pause: what happened at the receiver has happened. */
export function reportDelivery(command: ReportDelivery, view: View, moment: Moment): Decision {
  const { webhookId, eventId, result } = command;
  const delivery = view.delivery(webhookId, eventId);
  // Of two attempts at once, the one that came through counts.
  if (delivery?.state !== 'pending') return done({ status: 204 });
  const known = knownWebhook(view, webhookId);
  const webhook = known && afterReport(known, command, moment.nowMs);
  const isSwitchedOff = known?.disabled === undefined && webhook?.disabled !== undefined;
  return done(isSwitchedOff ? { status: 200, body: webhookAnswer(webhook) } : { status: 204 }, {
    deliveries: [afterAttempt(delivery, result, moment.nowMs)],
    webhooks: webhook === undefined || webhook === known ? [] : [webhook],
  });
}

/** A webhook after the report of an attempt. What `changesWebhook` does not announce, it leaves as it is. */
function afterReport(webhook: Webhook, command: ReportDelivery, nowMs: number): Webhook {
  if (!changesWebhook(command)) return webhook;
  const { outcome } = command.result;
  if (outcome === 'gone') return disabled(webhook, 'gone', nowMs);
  if (isReceiversFault(outcome)) return failedOnce(webhook, nowMs);
  // A webhook that was moved meanwhile has another receiver, which has proved nothing.
  const isProven = webhook.ownership === 'pending' && command.provenUrl === webhook.url;
  if (!isProven) return webhook.failures === 0 ? webhook : healthy(webhook);
  return { ...healthy(webhook), ownership: 'proven' };
}

/** Whether the report of an attempt may change its webhook, which only one writer at a time does. */
export function changesWebhook({ result, clearsFailures, provenUrl }: ReportDelivery): boolean {
  if (result.outcome === 'delivered') return clearsFailures || provenUrl !== undefined;
  return result.outcome === 'gone' || isReceiversFault(result.outcome);
}

function knownWebhook(view: View, id: string): Webhook | undefined {
  return view.webhooks().find((webhook) => webhook.id === id);
}

function unknownWebhook(id: string): Refusal {
  return { code: 'not_found', message: `there is no webhook ${id}` };
}

const webhookDisabled: Refusal = {
  code: 'webhook_disabled',
  message: 'the webhook is disabled: enable it first',
};

const notProven: Refusal = {
  code: 'webhook_disabled',
  message: 'the receiver has not echoed the challenge yet: ask for another one with a test',
};
