import type { Logger } from 'pino';
import type { ReportDelivery } from '../domain/commands/deliveries.ts';
import type { Delivery, DeliveryOutcome } from '../domain/delivery.ts';
import type { Webhook } from '../domain/webhook.ts';
import type { Traces } from '../traces/traces.ts';
import type { Sender } from '../webhooks/sender.ts';
import { type ReportDesk, reportDelivery } from './delivery-report.ts';
import { type MessageDesk, webhookMessage } from './webhook-message.ts';

/** What a deliverer works with. */
export interface DelivererDesk extends MessageDesk, ReportDesk {
  readonly sender: Sender;
  /** 0 to 1 */
  readonly random: () => number;
  readonly onAttempted: (outcome: string) => void;
  readonly traces: Traces | undefined;
  readonly log: Logger;
}

/** Called with the duration of an attempt, and whether the message was accepted. */
export type OnSent = (webhookId: string, ms: number, isDelivered: boolean) => void;

/** The result of an attempt: the receiver's answer, or why there was no message. */
interface Attempted {
  readonly outcome: DeliveryOutcome;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** whether the receiver has echoed a challenge */
  readonly isProof: boolean;
}

const loggedMax = 1_000;

/** Sends messages, and records their outcomes. */
export class Deliverer {
  readonly #desk: DelivererDesk;
  readonly #stopping: AbortSignal;
  readonly #onSent: OnSent;
  /** webhooks whose messages could not be created */
  readonly #logged = new Set<string>();

  /** @param stopping aborts attempts under way: the next start sends those messages again */
  constructor(desk: DelivererDesk, stopping: AbortSignal, onSent: OnSent) {
    this.#desk = desk;
    this.#stopping = stopping;
    this.#onSent = onSent;
  }

  /** @throws {Error} when the books cannot be read, or the outcome cannot be saved */
  async deliver(tenant: string, webhook: Webhook, delivery: Delivery): Promise<void> {
    const startedAtMs = performance.now();
    const attempted = await this.#attempt(tenant, webhook, delivery);
    if (this.#stopping.aborted && attempted.outcome === 'unreachable') return;
    const { webhookId, eventId } = delivery;
    const { isProof, ...came } = attempted;
    const { outcome, status } = came;
    this.#desk.onAttempted(outcome);
    this.#desk.traces?.delivered({ startedAtMs, outcome, status });
    const result = { ...came, jitter: this.#desk.random() };
    const command: ReportDelivery = {
      kind: 'report_delivery',
      webhookId,
      eventId,
      result,
      clearsFailures: webhook.failures > 0,
      provenUrl: isProof ? webhook.url : undefined,
    };
    const noted = await reportDelivery(this.#desk, tenant, command, this.#stopping);
    if (noted.isSwitchedOff) {
      this.#desk.log.warn(
        { tenant, webhookId, outcome, failures: webhook.failures },
        'a webhook is disabled because of its receiver; its tenant can enable it again',
      );
    }
  }

  async #attempt(tenant: string, webhook: Webhook, delivery: Delivery): Promise<Attempted> {
    const message = await webhookMessage(this.#desk, tenant, webhook, delivery);
    if (message.kind === 'ready') {
      const sentAtMs = performance.now();
      const sent = await this.#desk.sender.send(message.outgoing, this.#stopping);
      const isDelivered = sent.outcome === 'delivered';
      this.#onSent(webhook.id, performance.now() - sentAtMs, isDelivered);
      return { ...sent, isProof: message.outgoing.challenge !== undefined && isDelivered };
    }
    this.#logUnsendable(webhook.id, message.kind);
    return { outcome: message.kind, status: undefined, retryAfterMs: undefined, isProof: false };
  }

  /** Logged once for each webhook: thousands of its deliveries may follow. */
  #logUnsendable(webhookId: string, outcome: DeliveryOutcome): void {
    const name = `${webhookId} ${outcome}`;
    if (this.#logged.has(name)) return;
    if (this.#logged.size >= loggedMax) this.#logged.clear();
    this.#logged.add(name);
    this.#desk.log.error(
      { webhookId, outcome },
      'messages of a webhook cannot be created: their deliveries are marked as failed',
    );
  }
}
