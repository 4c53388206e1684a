import type { Delivery } from '../../domain/delivery.ts';

/** Reads of deliveries. */
export interface DeliveryReads {
  /** deliveries to a webhook of events before an id, the newest first */
  deliveriesBefore(
    tenant: string,
    webhookId: string,
    beforeEventId: string,
    limit: number,
  ): Promise<readonly Delivery[]>;
}

/** The outbox, as the worker goes through it. */
export interface DeliveryQueue {
  /** webhooks after another one to which something is pending, and perhaps due, by tenant and id; `undefined` begins */
  waitingWebhooks(
    after: WaitingWebhook | undefined,
    nowMs: number,
    limit: number,
  ): Promise<readonly LookedAtWebhook[]>;
  /** deliveries to a webhook whose time has come, the longest waiting first; no other instance takes them for a while */
  takeDue(waiting: WaitingWebhook, take: TakeDue): Promise<readonly Delivery[]>;
  /** counts pending deliveries, the first of them up to a limit, and finds the oldest event among those */
  countPending(limit: number): Promise<PendingDeliveries>;
}

/** Deliveries that wait to be sent, or sent again. */
export interface PendingDeliveries {
  readonly count: number;
  /** `undefined`: there are none */
  readonly oldestEventId: string | undefined;
}

/** Which due deliveries are taken. */
export interface TakeDue {
  readonly nowMs: number;
  /** until when the taker has them: if it has not reported their outcomes by then, it counts as dead */
  readonly untilMs: number;
  readonly limit: number;
  /** whether only tests are taken, as those that ask for a proof of ownership */
  readonly onlyTests: boolean;
  /** events that the taker has on their way to this webhook */
  readonly inFlight: ReadonlySet<string>;
}

/** A webhook to which something is pending. */
export interface WaitingWebhook {
  readonly tenant: string;
  readonly webhookId: string;
}

/** A webhook that was looked at for what is due. */
export interface LookedAtWebhook extends WaitingWebhook {
  /** whether the time of something has come */
  readonly isDue: boolean;
}
