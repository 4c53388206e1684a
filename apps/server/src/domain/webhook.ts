import type { EventType } from './event.ts';

/** Where a tenant wants its events to be delivered. */
export interface Webhook {
  readonly id: string;
  readonly url: string;
  /** the types that it is told of; `*` is every type */
  readonly events: readonly (EventType | '*')[];
  /** the signing secret, as it is kept */
  readonly keptSecret: string;
  readonly createdAtMs: number;
  /** why nothing is delivered: it was switched off, or its receiver said that it is gone for good */
  readonly disabled: 'by_request' | 'gone' | undefined;
  /** when a test was last asked for; 0 if never */
  readonly testedAtMs: number;
  readonly deleted: boolean;
}

/** The most webhooks of one tenant: each of them is told of every event that it asked for. */
export const webhooksMax = 16;
/** How much time lies between two tests of a webhook. */
export const testEveryMs = 10_000;

/** Whether a webhook is told of a type of event now. A test is for the one webhook that is tested. */
export function isToldOf(webhook: Webhook, type: EventType): boolean {
  if (webhook.deleted || webhook.disabled !== undefined || type === 'webhook.test') return false;
  return webhook.events.includes(type) || webhook.events.includes('*');
}
