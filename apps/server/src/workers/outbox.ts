import type { Logger } from 'pino';
import type { ReportDelivery } from '../domain/commands/deliveries.ts';
import type { Delivery, DeliveryOutcome } from '../domain/delivery.ts';
import type { Webhook } from '../domain/webhook.ts';
import type { WaitingWebhook } from '../reads/books.ts';
import type { Traces } from '../traces/traces.ts';
import type { Sender } from '../webhooks/sender.ts';
import { type ReportDesk, reportDelivery } from './delivery-report.ts';
import { type Place, Places } from './places.ts';
import { Rests } from './rests.ts';
import { type MessageDesk, webhookMessage } from './webhook-message.ts';

/** What the outbox works with. */
export interface OutboxDesk extends MessageDesk, ReportDesk {
  readonly sender: Sender;
  /** 0 to 1 */
  readonly random: () => number;
  readonly onAttempted: (outcome: string) => void;
  readonly traces: Traces | undefined;
  readonly log: Logger;
}

/** What an attempt came to: what the receiver did, or why there was no message. */
interface Attempted {
  readonly outcome: DeliveryOutcome;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** whether the receiver has echoed a challenge */
  readonly isProof: boolean;
}

const everyMs = 200;
/** If a round left messages for want of places, the next one begins this soon after one of them is free again, */
const soonMs = 5;
/** and after this many times as long as the round took, so that most of the thread's time is left to requests. */
const restPerRound = 4;
const webhooksPerRound = 1_000;
const loggedMax = 1_000;
/**
 * For how long a delivery is the instance's that took it, beyond the time that its receiver has: longer than it takes to
 * note what came of it. If the instance dies, another one sends after that.
 */
const notingMaxMs = 10_000;
/** For how long no webhook is looked for when the books could not be read. */
const restMs = 5_000;

/**
 * Delivers what is pending to webhooks: sends, then notes what came of it. A process that dies in between sends again,
 * under the same `webhook-id`. An error with one webhook rests that webhook, and no other.
 */
export class Outbox {
  readonly #desk: OutboxDesk;
  readonly #inFlight = new Map<string, Promise<void>>();
  /** events in flight, by webhook */
  readonly #perWebhook = new Map<string, Set<string>>();
  readonly #rests: Rests;
  /** webhooks whose messages could not be made */
  readonly #logged = new Set<string>();
  readonly #places = new Places();
  /** webhooks whose due deliveries are looked for now */
  readonly #taking = new Map<string, Promise<unknown>>();
  /** webhooks that had as many due as they had places, or more */
  readonly #withMore = new Set<string>();
  /** webhooks that take no messages, and were tried since the last tick of the timer */
  readonly #triedInTick = new Set<string>();
  readonly #stopping = new AbortController();
  #after: WaitingWebhook | undefined;
  #restsUntilMs = 0;
  #timer: NodeJS.Timeout | undefined;
  /** the round that begins before the timer's next one */
  #soon: NodeJS.Timeout | undefined;
  /** whether the last round left messages for want of places, and how long it took */
  #last = { leftWaiting: false, tookMs: 0 };
  #picking: Promise<number> | undefined;

  constructor(desk: OutboxDesk) {
    this.#desk = desk;
    this.#rests = new Rests(desk.nowMs);
  }

  /** The places that deliveries have, by tenant. */
  placesByTenant(): ReadonlyMap<string, number> {
    return this.#places.byTenant();
  }

  /** Sends what is due now, and resolves once it is known and noted what came of it: how many were picked. */
  async runOnce(): Promise<number> {
    this.#triedInTick.clear();
    const picked = await this.#pick();
    await Promise.all(this.#inFlight.values());
    return picked;
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#triedInTick.clear();
      this.#pickLogging();
    }, everyMs).unref();
  }

  /** Begins nothing new, and breaks off what is on its way: that is sent again by the next start. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    this.#stopping.abort();
    await this.#picking?.catch(() => 0);
    await Promise.allSettled(this.#taking.values());
    await Promise.all(this.#inFlight.values());
    this.#desk.sender.close();
  }

  #pickLogging(): void {
    this.#pick().catch((error: unknown) => {
      this.#restsUntilMs = this.#desk.nowMs() + restMs;
      this.#desk.log.warn({ err: error }, 'the outbox could not be read; it is tried again');
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

  #pick(): Promise<number> {
    this.#picking ??= this.#timedRound().finally(() => {
      this.#picking = undefined;
    });
    return this.#picking;
  }

  async #timedRound(): Promise<number> {
    const startedAtMs = performance.now();
    this.#last.leftWaiting = false;
    try {
      return await this.#round();
    } finally {
      this.#last.tookMs = performance.now() - startedAtMs;
    }
  }

  /** Goes from webhook to webhook, on from where the round before ended, while there is room. */
  async #round(): Promise<number> {
    const nowMs = this.#desk.nowMs();
    if (nowMs < this.#restsUntilMs && this.#restsUntilMs - nowMs <= restMs) return 0;
    const starting: Promise<number>[] = [];
    for (let visited = 0; visited < webhooksPerRound && this.#places.hasRoom; visited++) {
      const next = await this.#desk.books.nextWaiting(this.#after, this.#desk.nowMs());
      this.#after = next;
      if (next === undefined || this.#stopping.signal.aborted) break;
      const { tenant, webhookId } = next;
      if (!next.isDue || this.#rests.isResting(webhookId) || this.#taking.has(webhookId)) continue;
      if (this.#places.free(tenant, webhookId) === 0) {
        if (!this.#places.isFailing(webhookId)) this.#last.leftWaiting = true;
        continue;
      }
      if (this.#isTriedEnough(webhookId)) continue;
      // Side by side: on PostgreSQL each of them takes round trips.
      starting.push(this.#startDueOrRest(next));
    }
    if (!this.#places.hasRoom) this.#last.leftWaiting = true;
    const picked = await Promise.all(starting);
    return picked.reduce((sum, count) => sum + count, 0);
  }

  /** A receiver that takes no messages is tried once in each tick of the timer, so that it costs few attempts. */
  #isTriedEnough(webhookId: string): boolean {
    if (!this.#places.isFailing(webhookId)) return false;
    if (this.#triedInTick.has(webhookId)) return true;
    this.#triedInTick.add(webhookId);
    return false;
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
   * A webhook that had more than its places gets its next messages when half of its places are free, without waiting for the
   * round to come by: on PostgreSQL each webhook of a round costs it round trips.
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
    // Otherwise those that wait for a place come first; and one that takes no messages waits for a tick.
    if (!this.#places.isRoomy || this.#rests.isResting(webhookId) || this.#places.isFailing(webhookId))
      return;
    this.#startDue(waiting).catch((error: unknown) => this.#rest(webhookId, error));
  }

  /** Sends what is due to a webhook, as far as it may have places. */
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
    const { books, nowMs, sender } = this.#desk;
    const webhook = await books.webhook(waiting.tenant, waiting.webhookId);
    if (webhook === undefined || webhook.disabled !== undefined) return { webhook, due: [] };
    const inFlight = this.#perWebhook.get(webhook.id) ?? new Set();
    const onlyTests = webhook.ownership === 'pending';
    const untilMs = nowMs() + sender.timeoutMs + notingMaxMs;
    const due = await books.takeDue(waiting, { nowMs: nowMs(), untilMs, limit, onlyTests, inFlight });
    return { webhook, due };
  }

  /** @param place held until the outcome is noted: while the books take no reports, nothing more is sent */
  #begin(tenant: string, webhook: Webhook, delivery: Delivery, place: Place): void {
    const { eventId } = delivery;
    const name = `${webhook.id} ${eventId}`;
    const own = this.#perWebhook.get(webhook.id) ?? new Set();
    this.#perWebhook.set(webhook.id, own.add(eventId));
    const ended = this.#deliver(tenant, webhook, delivery)
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

  async #deliver(tenant: string, webhook: Webhook, delivery: Delivery): Promise<void> {
    const startedAtMs = performance.now();
    const attempted = await this.#attempt(tenant, webhook, delivery);
    if (this.#stopping.signal.aborted && attempted.outcome === 'unreachable') return;
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
    const noted = await reportDelivery(this.#desk, tenant, command, this.#stopping.signal);
    if (noted.isSwitchedOff) {
      this.#desk.log.warn(
        { tenant, webhookId, outcome, failures: webhook.failures },
        'a webhook is disabled because of its receiver; its tenant can enable it again',
      );
    }
    this.#rests.end(webhook.id);
  }

  async #attempt(tenant: string, webhook: Webhook, delivery: Delivery): Promise<Attempted> {
    const message = await webhookMessage(this.#desk, tenant, webhook, delivery);
    if (message.kind === 'ready') {
      const sentAtMs = performance.now();
      const sent = await this.#desk.sender.send(message.outgoing, this.#stopping.signal);
      this.#places.held(webhook.id, performance.now() - sentAtMs, sent.outcome === 'delivered');
      return { ...sent, isProof: message.outgoing.challenge !== undefined && sent.outcome === 'delivered' };
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
      'messages of a webhook cannot be made: their deliveries are failed',
    );
  }

  #rest(webhookId: string, error: unknown): void {
    if (this.#stopping.signal.aborted) return;
    this.#rests.begin(webhookId);
    this.#desk.log.warn({ err: error, webhookId }, 'a webhook rests after an error of this server');
  }
}
