import { setTimeout as pause } from 'node:timers/promises';
import type { Api, ApiAnswer } from '../harness/api.ts';
import type { Random } from '../harness/seeded-random.ts';
import { type Answer, type Call, priceStroops, type UsageItem } from './calls.ts';
import type { Operation } from './linearizable.ts';

export type History = Operation<Call, Answer>[];

export const serviceIds = ['search', 'tokens'] as const;
/** Statuses after which a client sends the same request again under the same key. */
const retriedStatuses: ReadonlySet<number> = new Set([408, 429, 500, 503]);
/** Refusals that depend on the state of an agent, so that the model must refuse the call, too. Of a hold that is lost: not found. */
const refusals: ReadonlySet<unknown> = new Set(['hold_ended', 'limit_exceeded', 'not_found']);
const triesMax = 100_000;
const waitMaxMs = 60;
const stroopsPlaces = 7;
/** One of so many answered calls is remembered for good, so that its key is sent again at any later time. */
const remembersOneOf = 40;
/** Among so many calls of a postpaid agent is one bulk, if there are bulks. */
const bulkIsOneOf = 6;
/** At most so many items of a bulk were sent before. */
const itemsAgainMax = 4;

interface AgentSettings {
  readonly agent: string;
  readonly isPrepaid: boolean;
  readonly random: Random;
  /** a clock that all clients of a test share; each value is later than the previous ones */
  readonly tick: () => number;
  readonly apis: () => readonly Api[];
  /** the most items of a bulk; 0 for no bulks */
  readonly bulkItemsMax: number;
  /** whether the test has ended */
  readonly isOver: () => boolean;
}

/** One agent with several clients, which call at the same time and share their knowledge. */
export class AgentClients {
  readonly agent: string;
  readonly isPrepaid: boolean;
  /** every attempt since the last part ended, except those of which the server said that they changed nothing */
  history: History = [];
  /** how often calls were sent */
  attempts = 0;
  /** calls with different keys, and reads */
  calls = 0;
  /** the same, with each item of a bulk counted */
  operations = 0;
  readonly #random: Random;
  readonly #tick: () => number;
  readonly #apis: () => readonly Api[];
  readonly #bulkItemsMax: number;
  readonly #isOver: () => boolean;
  #sent: Call[] = [];
  /** answered calls of this part that were not refused */
  #heard: Call[] = [];
  /** calls of earlier parts whose keys are sent again */
  readonly #remembered = new Set<Call>();
  /** calls that a client gave up; their keys are sent again later */
  readonly #left: Call[] = [];
  #holds: string[] = [];
  readonly #endedHolds = new Set<string>();
  #items = 0;

  constructor({ agent, isPrepaid, random, tick, apis, bulkItemsMax, isOver }: AgentSettings) {
    this.agent = agent;
    this.isPrepaid = isPrepaid;
    this.#random = random;
    this.#tick = tick;
    this.#apis = apis;
    this.#isOver = isOver;
    this.#bulkItemsMax = isPrepaid ? 0 : bulkItemsMax;
  }

  /** Sets the policy of the agent before the history begins. */
  async prepare(api: Api): Promise<void> {
    if (!this.isPrepaid) return;
    const path = `/agents/${this.agent}/billing`;
    await api.call(path, { method: 'PUT', body: { mode: 'prepaid' }, key: `${this.agent}-mode` });
  }

  /** Makes one call, and retries it until it is answered or the client gives up. */
  async step(): Promise<void> {
    const call = this.#draw();
    this.#sent.push(call);
    await this.#call(call, this.#random.below(20) === 0 ? 1 : triesMax);
  }

  /** Retries the calls that were given up. */
  async finish(): Promise<void> {
    for (let call = this.#left.pop(); call !== undefined; call = this.#left.pop())
      await this.#call(call, triesMax);
  }

  /** Reads the balance and all totals, while no other client calls: this leaves one possible state. */
  async readAll(): Promise<void> {
    for (const serviceId of serviceIds) await this.#call({ kind: 'total', serviceId }, triesMax);
    if (this.isPrepaid) await this.#call({ kind: 'balance' }, triesMax);
  }

  /**
   * Ends a part of the history, when every call is answered: forgets it, except some calls, whose keys it returns. They are
   * sent again in later parts.
   */
  endPart(): ReadonlySet<string> {
    this.history = [];
    const chosen = this.#heard.filter(() => this.#random.below(remembersOneOf) === 0);
    for (const call of chosen) this.#remembered.add(call);
    this.#heard = [];
    this.#sent = [...this.#remembered];
    this.#holds = this.#holds.filter((id) => !this.#endedHolds.has(id));
    this.#endedHolds.clear();
    return new Set(this.#sent.flatMap((call) => ('key' in call ? [call.key] : [])));
  }

  async #call(call: Call, patience: number): Promise<void> {
    for (let tries = 0; tries < patience; tries++) {
      if (this.#isOver()) throw new Error('the test ended before its calls were answered');
      const api = pickOrNothing(this.#random, this.#apis());
      if (api === undefined) {
        await pause(waitMaxMs);
        continue;
      }
      const calledAt = this.#tick();
      const answer = await this.#send(api, call);
      this.attempts += 1;
      if (answer === 'nothing applied') {
        await pause(this.#random.below(waitMaxMs));
        continue;
      }
      const answeredAt = answer === undefined ? Number.POSITIVE_INFINITY : this.#tick();
      this.history.push({ call, answer, calledAt, answeredAt });
      if (answer !== undefined) return this.#learn(call, answer);
      await pause(this.#random.below(waitMaxMs));
    }
    if (patience === triesMax)
      throw new Error(`${JSON.stringify(call.kind)} of ${this.agent} was not answered`);
    this.#left.push(call);
  }

  #learn(call: Call, answer: Answer): void {
    if (this.#remembered.has(call)) return;
    if (call.kind === 'hold' && answer.kind === 'held' && !this.#holds.includes(call.id))
      this.#holds.push(call.id);
    const endsHold = call.kind === 'capture' || call.kind === 'release';
    const isEnded = answer.kind !== 'refused' || answer.code === 'hold_ended';
    if (endsHold && isEnded) this.#endedHolds.add(call.id);
    if ('key' in call && answer.kind !== 'refused') this.#heard.push(call);
  }

  #draw(): Call {
    const again = this.#random.below(12) === 0 ? pickOrNothing(this.#random, this.#sent) : undefined;
    if (again !== undefined) return again;
    const left = this.#random.below(3) === 0 ? this.#left.pop() : undefined;
    if (left !== undefined) return left;
    this.calls += 1;
    const call = this.#fresh(`${this.agent}-${this.calls}`);
    this.operations += call.kind === 'bulk' ? call.items.length : 1;
    return call;
  }

  #fresh(key: string): Call {
    if (this.#bulkItemsMax > 0 && this.#random.below(bulkIsOneOf) === 0)
      return { kind: 'bulk', key, items: this.#bulk() };
    const serviceId = this.#random.pick(serviceIds);
    const requests = 1 + this.#random.below(9);
    const turn = this.#random.below(this.isPrepaid ? 20 : 12);
    if (turn < 6) return { kind: 'record', key, serviceId, requests };
    if (turn < 8) return { kind: 'record', key, ...this.#event() };
    if (turn === 8) return { kind: 'settle', key, serviceId };
    if (turn < 12) return turn === 11 && this.isPrepaid ? { kind: 'balance' } : { kind: 'total', serviceId };
    if (turn < 14) return { kind: 'grant', key, stroops: priceStroops * BigInt(5 + this.#random.below(20)) };
    const hold = turn < 17 ? undefined : pickOrNothing(this.#random, this.#holds);
    if (hold === undefined) return { kind: 'hold', key, serviceId, requests, id: key };
    return turn === 19 ? { kind: 'release', key, id: hold } : { kind: 'capture', key, id: hold, requests };
  }

  /** Items with ids, some of which earlier bulks had already; or items without ids. */
  #bulk(): UsageItem[] {
    const fresh = 1 + this.#random.below(this.#bulkItemsMax);
    const hasIds = this.#random.below(2) === 0;
    const first = hasIds ? Math.max(0, this.#items - this.#random.below(itemsAgainMax)) : this.#items;
    this.#items += fresh;
    return Array.from({ length: this.#items - first }, (_, index) => {
      const number = first + index;
      const serviceId = serviceIds[number % serviceIds.length] ?? serviceIds[0];
      const item = { serviceId, requests: 1 + (number % 9) };
      return hasIds ? { ...item, id: `${this.agent}-item-${number}` } : item;
    });
  }

  /** Usage with an id that several keys share. */
  #event() {
    const number = Math.floor(this.calls / 20);
    const serviceId = serviceIds[number % serviceIds.length] ?? serviceIds[0];
    return { id: `${this.agent}-event-${number}`, serviceId, requests: 1 + (number % 9) };
  }

  /** The answer, or `undefined` if it is unknown whether the call took effect. */
  async #send(api: Api, call: Call): Promise<Answer | 'nothing applied' | undefined> {
    let answer: ApiAnswer;
    try {
      answer = await this.#request(api, call);
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
    const isRefused = answer.status === 429 || answer.json?.error === 'storage_unavailable';
    if (isRefused) return 'nothing applied';
    if (retriedStatuses.has(answer.status)) return undefined;
    return answerOf(call, answer);
  }

  async #request(api: Api, call: Call): Promise<ApiAnswer> {
    const { agent } = this;
    switch (call.kind) {
      case 'record': {
        const { key, serviceId, requests, id } = call;
        return await api.post(
          '/usage',
          { agent, serviceId, requests, ...(id === undefined ? {} : { id }) },
          key,
        );
      }
      case 'bulk': {
        const items = call.items.map((item) => ({ agent, ...item }));
        return await api.post('/usage/bulk', { items }, call.key);
      }
      case 'settle':
        return await api.post('/settle', { agent, serviceId: call.serviceId }, call.key);
      case 'grant':
        return await api.post(
          `/agents/${agent}/grants`,
          { amount: decimal(call.stroops), id: call.key },
          call.key,
        );
      case 'hold': {
        const { key, serviceId, requests, id } = call;
        return await api.post('/holds', { agent, serviceId, requests, id, expiresInMs: 86_400_000 }, key);
      }
      case 'capture':
        return await api.post(`/holds/${call.id}/capture`, { requests: call.requests }, call.key);
      case 'release':
        return await api.call(`/holds/${call.id}/release`, { method: 'POST', key: call.key });
      case 'total':
        return await api.get(`/usage/${agent}/${call.serviceId}`);
      case 'balance':
        return await api.get(`/agents/${agent}/balance`);
    }
  }
}

function pickOrNothing<T>(random: Random, list: readonly T[]): T | undefined {
  return list.length === 0 ? undefined : random.pick(list);
}

function answerOf(call: Call, { status, json, text }: ApiAnswer): Answer {
  if (status === 402 || refusals.has(json?.error)) return { kind: 'refused', code: json.error };
  if (status !== 200 && status !== 201) throw new Error(`${call.kind}: ${status} ${text}`);
  switch (call.kind) {
    case 'record':
    case 'capture': {
      const isDuplicate = json.status === 'duplicate';
      const available = json.available === undefined || isDuplicate ? undefined : stroopsOf(json.available);
      return { kind: 'recorded', total: json.total, isDuplicate, available };
    }
    case 'bulk': {
      const results: { total: number; status: string }[] = json.results;
      const duplicates = results.flatMap(({ status: was }, place) => (was === 'duplicate' ? [place] : []));
      return { kind: 'bulk', totals: results.map(({ total }) => total), duplicates };
    }
    case 'settle': {
      const { requests, billedStroops, settlementId } = json;
      return { kind: 'settled', requests, billed: BigInt(billedStroops), settlementId };
    }
    case 'hold':
      return { kind: 'held', available: stroopsOf(json.available) };
    case 'grant':
    case 'release':
      return { kind: 'done' };
    case 'total':
      return { kind: 'total', total: json.total };
    case 'balance':
      return { kind: 'balance', available: stroopsOf(json.available), held: stroopsOf(json.held) };
  }
}

function decimal(stroops: bigint): string {
  const digits = String(stroops).padStart(stroopsPlaces + 1, '0');
  return `${digits.slice(0, -stroopsPlaces)}.${digits.slice(-stroopsPlaces)}`;
}

function stroopsOf(amount: string): bigint {
  const [whole = '', places = ''] = amount.split('.');
  return BigInt(whole + places.padEnd(stroopsPlaces, '0'));
}
