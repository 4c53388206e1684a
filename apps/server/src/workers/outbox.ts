import type { Delivery } from '../domain/delivery.ts';
import type { Webhook } from '../domain/webhook.ts';
import type { DeliveryQueue } from '../reads/books/deliveries.ts';
import type { Books, LookedAtWebhook, WaitingWebhook } from '../reads/books.ts';
import { Deliverer, type DelivererDesk } from './deliverer.ts';
import { type Place, Places } from './places.ts';
import { Rests } from './rests.ts';
import { Tries } from './tries.ts';

/** The dependencies of the outbox. */
export interface OutboxDesk extends DelivererDesk {
  readonly books: DelivererDesk['books'] & Pick<Books, 'webhook'>;
  readonly queue: Pick<DeliveryQueue, 'waitingWebhooks' | 'takeDue'>;
}

/** What a round has begun: how many messages of each webhook are sent, once that is known. */
interface Begun {
  readonly picked: readonly Promise<number>[];
}

const everyMs = 200;
/** If a round left messages because there were no places, the next round begins this soon after a place is free again, */
const soonMs = 5;
/** and after this many times the duration of the round, so that most of the thread's time is left to requests. */
const restPerRound = 4;
const webhooksPerRound = 1_000;
/** How many webhooks one query looks for: it takes a few milliseconds of the database, or of this thread on SQLite. */
const webhooksPerLook = 100;
/**
 * How long a delivery belongs to the instance that took it, in addition to the time of its receiver: longer than it
 * takes to record the outcome. If the instance dies, another one sends after that.
 */
const notingMaxMs = 10_000;
/** How long no webhook is looked for after the books could not be read. */
const restMs = 5_000;

/**
 * Delivers pending events to webhooks: sends, then records the outcome. If the process dies in between, the next one
 * sends again, with the same `webhook-id`. After an error with one webhook, only that webhook is paused.
 */
export class Outbox {
  readonly #desk: OutboxDesk;
  readonly #inFlight = new Map<string, Promise<void>>();
  /** events in flight, by webhook */
  readonly #perWebhook = new Map<string, Set<string>>();
  readonly #rests: Rests;
  readonly #places = new Places();
  readonly #tries = new Tries();
  /** webhooks whose due deliveries are being looked up now */
  readonly #taking = new Map<string, Promise<unknown>>();
  /** webhooks that had at least as many due as they had places */
  readonly #withMore = new Set<string>();
  readonly #stopping = new AbortController();
  readonly #deliverer: Deliverer;
  #after: WaitingWebhook | undefined;
  #restsUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;
  /** the round that begins before the timer's next one */
  #soon: NodeJS.Timeout | undefined;
  /** whether the last round left messages because there were no places, and how long it took */
  #last = { leftWaiting: false, tookMs: 0 };
  #picking: Promise<Begun> | undefined;

  constructor(desk: OutboxDesk) {
    this.#desk = desk;
    this.#rests = new Rests(desk.nowMs);
    this.#deliverer = new Deliverer(desk, this.#stopping.signal, (webhookId, ms, isDelivered) => {
      this.#places.held(webhookId, ms, isDelivered);
      if (isDelivered) this.#tries.end(webhookId);
    });
  }

  /** The places that deliveries take, by tenant. */
  placesByTenant(): ReadonlyMap<string, number> {
    return this.#places.byTenant();
  }

  /**
   * Sends all due deliveries, also those whose last attempt failed. Resolves to their number once their outcomes are
   * recorded.
   */
  async runOnce(): Promise<number> {
    this.#tries.forget();
    const { picked } = await this.#pick();
    const counts = await Promise.all(picked);
    await Promise.all(this.#inFlight.values());
    return counts.reduce((sum, count) => sum + count, 0);
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#tries.beginTurn();
      this.#pickLogging();
    }, everyMs).unref();
  }

  /** Begins nothing new, and aborts attempts under way: the next start sends those messages again. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    this.#stopping.abort();
    await this.#picking?.catch(() => undefined);
    await Promise.allSettled(this.#taking.values());
    await Promise.all(this.#inFlight.values());
    this.#desk.sender.close();
  }

  #pickLogging(): void {
    this.#pick().catch((error: unknown) => {
      this.#restsUntilMs = this.#desk.nowMs() + restMs;
      this.#desk.log.warn({ err: error }, 'the outbox could not be read; the server will retry');
    });
  }

  /** Otherwise a webhook would get no more than its places in each tick of the timer. */
  #pickSoon(): void {
    const isStarted = this.#timer !== undefined && !this.#stopping.signal.aborted;
    if (!isStarted || this.#soon !== undefined || !this.#last.leftWaiting) return;
    const inMs = Math.min(everyMs, Math.max(soonMs, this.#last.tookMs * restPerRound));
    this.#soon = setTimeout(() => {
      this.#soon = undefined;
      this.#pickLogging();
    }, inMs).unref();
  }

  #pick(): Promise<Begun> {
    this.#picking ??= this.#timedRound().finally(() => {
      this.#picking = undefined;
    });
    return this.#picking;
  }

  async #timedRound(): Promise<Begun> {
    const startedAtMs = performance.now();
    this.#last.leftWaiting = false;
    try {
      return await this.#round();
    } finally {
      this.#last.tookMs = performance.now() - startedAtMs;
    }
  }

  /**
   * Goes from webhook to webhook, from where the previous round ended, while there are free places. It waits for none
   * of them, so slow reads of one webhook, or of a thousand, do not delay the others. Resolves to what it has begun.
   */
  async #round(): Promise<Begun> {
    const nowMs = this.#desk.nowMs();
    const picked: Promise<number>[] = [];
    const begun: Begun = { picked };
    if (nowMs < this.#restsUntilMs && this.#restsUntilMs - nowMs <= restMs) return begun;
    let isFromFirst = this.#after === undefined;
    for (let looked = 0; looked < webhooksPerRound && this.#places.hasRoom; looked += webhooksPerLook) {
      const found = await this.#desk.queue.waitingWebhooks(this.#after, this.#desk.nowMs(), webhooksPerLook);
      if (this.#stopping.signal.aborted) return begun;
      for (const waiting of found) {
        if (!this.#places.hasRoom) break;
        this.#after = waiting;
        if (this.#mayStart(waiting)) picked.push(this.#startDueOrRest(waiting));
      }
      if (found.length < webhooksPerLook && this.#places.hasRoom) {
        this.#after = undefined;
        if (isFromFirst) return begun;
        isFromFirst = true;
      }
      await turnOfLoop();
    }
    if (!this.#places.hasRoom) this.#last.leftWaiting = true;
    return begun;
  }

  /** A receiver that accepts no messages is tried only from time to time, so that it costs few attempts. */
  #mayStart({ tenant, webhookId, isDue }: LookedAtWebhook): boolean {
    if (!isDue || this.#rests.isResting(webhookId) || this.#taking.has(webhookId)) return false;
    const isFailing = this.#places.isFailing(webhookId);
    if (this.#places.free(tenant, webhookId) === 0) {
      if (!isFailing) this.#last.leftWaiting = true;
      return false;
    }
    return !isFailing || this.#tries.take(webhookId);
  }

  async #startDueOrRest(waiting: WaitingWebhook): Promise<number> {
    try {
      return await this.#startDue(waiting);
    } catch (error) {
      this.#rest(waiting.webhookId, error);
      return 0;
    }
  }

  /**
   * A webhook that had more than its places gets its next messages when half of its places are free, without waiting
   * for the next round: on PostgreSQL each webhook of a round costs round trips.
   */
  #refill(waiting: WaitingWebhook): void {
    const { webhookId } = waiting;
    const isStarted = this.#timer !== undefined && !this.#stopping.signal.aborted;
    const has = this.#perWebhook.get(webhookId)?.size ?? 0;
    const mayTake = this.#places.free(waiting.tenant, webhookId);
    if (
      !isStarted ||
      !this.#withMore.has(webhookId) ||
      this.#taking.has(webhookId) ||
      mayTake < Math.max(1, has)
    )
      return;
    // Otherwise webhooks that wait for a place come first, and a webhook that does not accept messages waits for the
    // next tick.
    if (!this.#places.isRoomy || this.#rests.isResting(webhookId) || this.#places.isFailing(webhookId))
      return;
    this.#startDue(waiting).catch((error: unknown) => this.#rest(webhookId, error));
  }

  /** Sends what is due to a webhook, up to its places. */
  async #startDue(waiting: WaitingWebhook): Promise<number> {
    const { tenant, webhookId } = waiting;
    const places = this.#places.takeFree(tenant, webhookId);
    const taking = this.#takeDue(waiting, places.length);
    this.#taking.set(webhookId, taking);
    try {
      const { webhook, due } = await taking;
      if (due.length < places.length) this.#withMore.delete(webhookId);
      else {
        this.#withMore.add(webhookId);
        if (!this.#places.isFailing(webhookId)) this.#last.leftWaiting = true;
      }
      for (const delivery of due) {
        const place = places.pop();
        if (place !== undefined && webhook !== undefined) this.#begin(tenant, webhook, delivery, place);
      }
      return due.length;
    } finally {
      this.#taking.delete(webhookId);
      for (const place of places) place.release();
    }
  }

  async #takeDue(waiting: WaitingWebhook, limit: number) {
    const { books, queue, nowMs, sender } = this.#desk;
    const webhook = await books.webhook(waiting.tenant, waiting.webhookId);
    if (webhook === undefined || webhook.disabled !== undefined) return { webhook, due: [] };
    const inFlight = this.#perWebhook.get(webhook.id) ?? new Set();
    const onlyTests = webhook.ownership === 'pending';
    const untilMs = nowMs() + sender.timeoutMs + notingMaxMs;
    const due = await queue.takeDue(waiting, { nowMs: nowMs(), untilMs, limit, onlyTests, inFlight });
    return { webhook, due };
  }

  /** @param place held until the outcome is recorded: while the books accept no reports, nothing more is sent */
  #begin(tenant: string, webhook: Webhook, delivery: Delivery, place: Place): void {
    const { eventId } = delivery;
    const name = `${webhook.id} ${eventId}`;
    const own = this.#perWebhook.get(webhook.id) ?? new Set();
    this.#perWebhook.set(webhook.id, own.add(eventId));
    const ended = this.#deliverer
      .deliver(tenant, webhook, delivery)
      .then(() => this.#rests.end(webhook.id))
      .catch((error: unknown) => this.#rest(webhook.id, error))
      .finally(() => {
        place.release();
        this.#inFlight.delete(name);
        own.delete(eventId);
        if (own.size === 0) this.#perWebhook.delete(webhook.id);
        this.#refill({ tenant, webhookId: webhook.id });
        if (own.size === 0 && !this.#taking.has(webhook.id)) this.#withMore.delete(webhook.id);
        this.#pickSoon();
      });
    this.#inFlight.set(name, ended);
  }

  #rest(webhookId: string, error: unknown): void {
    if (this.#stopping.signal.aborted) return;
    this.#rests.begin(webhookId);
    this.#desk.log.warn({ err: error, webhookId }, 'a webhook is paused after an error of this server');
  }
}

/** Lets other work of this thread run first. */
function turnOfLoop(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
