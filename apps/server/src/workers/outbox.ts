import type { Logger } from 'pino';
import type { Delivery } from '../domain/delivery.ts';
import { type BooksEvent, eventAnswer } from '../domain/event.ts';
import type { Webhook } from '../domain/webhook.ts';
import type { AtRestKeys } from '../ledger/encryption.ts';
import { openSecret } from '../ledger/kept-secret.ts';
import type { Outcome, Submission } from '../ledger/submission.ts';
import type { Books, WaitingWebhook } from '../reads/books.ts';
import type { Traces } from '../traces/traces.ts';
import type { Sender, Sent } from '../webhooks/sender.ts';
import { signatureHeaders } from '../webhooks/signature.ts';

/** What the outbox works with. */
export interface OutboxDesk {
  readonly books: Books;
  readonly submit: (submission: Submission) => Promise<Outcome>;
  readonly sender: Sender;
  readonly atRestKeys: AtRestKeys;
  readonly nowMs: () => number;
  /** 0 to 1 */
  readonly random: () => number;
  readonly userAgent: string;
  readonly onAttempted: (outcome: string) => void;
  readonly traces: Traces | undefined;
  readonly log: Logger;
}

const everyMs = 200;
const inFlightMax = 64;
/** So that one slow receiver does not take the places of all others. */
const inFlightPerWebhookMax = 8;
const webhooksPerRound = 1_000;
/**
 * For how long a delivery is the instance's that took it, beyond the time that its receiver has: longer than it takes to
 * note what came of it. If the instance dies, another one sends after that.
 */
const notingMaxMs = 10_000;
/** For how long nothing is sent when what came of an attempt could not be noted: it would be sent again at once. */
const restMs = 30_000;

/**
 * Delivers what is pending to webhooks: sends, then notes what came of it. A process that dies in between sends again,
 * under the same `webhook-id`.
 */
export class Outbox {
  readonly #desk: OutboxDesk;
  readonly #inFlight = new Map<string, Promise<void>>();
  /** events on their way, by webhook */
  readonly #perWebhook = new Map<string, Set<string>>();
  readonly #stopping = new AbortController();
  #after: WaitingWebhook | undefined;
  #restsUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #picking: Promise<number> | undefined;

  constructor(desk: OutboxDesk) {
    this.#desk = desk;
  }

  /** Sends what is due now, and resolves once it is known and noted what came of it: how many were sent. */
  async runOnce(): Promise<number> {
    const picked = await this.#pick();
    await Promise.all(this.#inFlight.values());
    return picked;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#pick().catch((error: unknown) => {
        this.#restsUntilMs = this.#desk.nowMs() + restMs;
        this.#desk.log.warn({ err: error }, 'the outbox could not be read; it is tried again');
      });
    }, everyMs);
    this.#timer.unref();
  }

  /** Begins nothing new, and breaks off what is on its way: that is sent again by the next start. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.abort();
    await this.#picking?.catch(() => 0);
    await Promise.all(this.#inFlight.values());
    this.#desk.sender.close();
  }

  #pick(): Promise<number> {
    this.#picking ??= this.#round().finally(() => {
      this.#picking = undefined;
    });
    return this.#picking;
  }

  /** Goes from webhook to webhook, on from where the round before ended, while there is room. */
  async #round(): Promise<number> {
    if (this.#desk.nowMs() < this.#restsUntilMs) return 0;
    let picked = 0;
    for (let visited = 0; visited < webhooksPerRound && this.#inFlight.size < inFlightMax; visited++) {
      this.#after = await this.#desk.books.nextWaiting(this.#after, this.#desk.nowMs());
      if (this.#after === undefined || this.#stopping.signal.aborted) break;
      picked += await this.#startDue(this.#after);
    }
    return picked;
  }

  async #startDue(waiting: WaitingWebhook): Promise<number> {
    const { books, nowMs } = this.#desk;
    const webhook = await books.webhook(waiting.tenant, waiting.webhookId);
    if (webhook === undefined || webhook.disabled !== undefined) return 0;
    const inFlight = this.#perWebhook.get(webhook.id) ?? new Set();
    const limit = Math.min(inFlightPerWebhookMax - inFlight.size, inFlightMax - this.#inFlight.size);
    if (limit <= 0) return 0;
    const untilMs = nowMs() + this.#desk.sender.timeoutMs + notingMaxMs;
    const due = await books.takeDue(waiting, { nowMs: nowMs(), untilMs, limit, inFlight });
    for (const delivery of due) this.#begin(waiting.tenant, webhook, delivery);
    return due.length;
  }

  #begin(tenant: string, webhook: Webhook, delivery: Delivery): void {
    const { eventId } = delivery;
    const name = `${webhook.id} ${eventId}`;
    const own = this.#perWebhook.get(webhook.id) ?? new Set();
    this.#perWebhook.set(webhook.id, own.add(eventId));
    const ended = this.#deliver(tenant, webhook, delivery)
      .catch((error: unknown) => {
        this.#restsUntilMs = this.#desk.nowMs() + restMs;
        this.#desk.log.warn({ err: error, eventId }, 'a delivery could not be noted');
      })
      .finally(() => {
        this.#inFlight.delete(name);
        own.delete(eventId);
        if (own.size === 0) this.#perWebhook.delete(webhook.id);
      });
    this.#inFlight.set(name, ended);
  }

  async #deliver(tenant: string, webhook: Webhook, delivery: Delivery): Promise<void> {
    const startedAtMs = performance.now();
    const sent = await this.#send(tenant, webhook, delivery);
    if (this.#stopping.signal.aborted && sent.outcome === 'unreachable') return;
    const { webhookId, eventId } = delivery;
    this.#desk.onAttempted(sent.outcome);
    this.#desk.traces?.delivered({ startedAtMs, outcome: sent.outcome, status: sent.status });
    const result = { ...sent, jitter: this.#desk.random() };
    const outcome = await this.#desk.submit({
      tenant,
      key: undefined,
      command: { kind: 'report_delivery', webhookId, eventId, result },
    });
    if (outcome.kind !== 'answered') throw new Error(`reporting a delivery: ${outcome.kind}`);
  }

  async #send(tenant: string, webhook: Webhook, delivery: Delivery): Promise<Sent> {
    const { sender, atRestKeys, nowMs, userAgent } = this.#desk;
    const secret = openSecret(webhook.keptSecret, tenant, atRestKeys);
    const event = await this.#event(tenant, delivery);
    if (secret === undefined || event === undefined) {
      throw new Error('the secret of a webhook, or the event of a delivery, cannot be read');
    }
    const body = JSON.stringify(eventAnswer(event));
    const timestamp = Math.floor(nowMs() / 1_000);
    const headers = {
      'content-type': 'application/json',
      'user-agent': userAgent,
      ...signatureHeaders(secret, { id: delivery.eventId, timestamp, body }),
    };
    return await sender.send({ url: webhook.url, headers, body }, this.#stopping.signal);
  }

  async #event(tenant: string, { eventId, eventType }: Delivery): Promise<BooksEvent | undefined> {
    const { books } = this.#desk;
    switch (eventType) {
      case 'usage.recorded':
      case 'usage.reversed': {
        const entry = await books.entry(tenant, eventId);
        return entry && { kind: 'entry', entry };
      }
      case 'usage.settled': {
        const settlement = await books.settlement(tenant, eventId);
        return settlement && { kind: 'settlement', settlement };
      }
      case 'service.registered':
      case 'service.changed':
      case 'service.disabled':
      case 'service.enabled':
      case 'service.deleted':
      case 'webhook.test': {
        const noted = await books.notedEvent(tenant, eventId);
        return noted && { kind: 'noted', noted };
      }
    }
  }
}
