import type { EventType } from './event.ts';

/** Why a webhook is disabled: a request said so, its receiver said that it is gone for good, or it failed for too long. */
export const disabledReasons = ['by_request', 'gone', 'failing'] as const;

export type DisabledReason = (typeof disabledReasons)[number];

/** Whether the receiver has to prove that it wants the messages: not here, not yet done, or done for this URL. */
export const ownershipStates = ['not_required', 'pending', 'proven'] as const;

/** Where a tenant wants its events to be delivered. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  /** the types that it receives; `*` is every type */
  readonly events: readonly (EventType | '*')[];
  /** the signing secret, as it is kept */
  readonly keptSecret: string;
  /** the secret before it, as it is kept, and until when messages are signed with both */
  readonly formerSecret: { readonly kept: string; readonly untilMs: number } | undefined;
  readonly createdAtMs: number;
  /** why nothing is delivered */
  readonly disabled: DisabledReason | undefined;
  readonly disabledAtMs: number | undefined;
  /** failed attempts since the receiver last accepted a message */
  readonly failures: number;
  /** when the first of those was */
  readonly failingSinceMs: number | undefined;
  readonly ownership: (typeof ownershipStates)[number];
  /** until when the redeliveries that were asked for take up the rate of the webhook; 0 if there were none */
  readonly redeliveriesUntilMs: number;
  /** when a test was last asked for; 0 if never */
  readonly testedAtMs: number;
  readonly deleted: boolean;
}

/** The most webhooks of one tenant: each of them receives every event that it subscribed to. */
export const webhooksMax = 16;
/** The least time between two tests of a webhook. */
export const testEveryMs = 10_000;

/** Whether events are delivered to a webhook. To one whose ownership is not proven only tests are, which ask for the proof. */
export function isDelivering({ disabled, ownership }: Webhook): boolean {
  return disabled === undefined && ownership !== 'pending';
}

/** Whether a webhook receives a type of event now. A test is only for the webhook that is tested. */
export function isToldOf(webhook: Webhook, type: EventType): boolean {
  if (webhook.deleted || !isDelivering(webhook) || type === 'webhook.test') return false;
  return webhook.events.includes(type) || webhook.events.includes('*');
}

/** The target of a webhook, without a path or a query: those may be secrets. */
export function originOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** A webhook for callers who must not know its whole URL. */
export function withoutPath(webhook: Webhook): Webhook {
  return { ...webhook, url: originOf(webhook.url) };
}
