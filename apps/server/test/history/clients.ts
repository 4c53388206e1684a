import { setTimeout as pause } from 'node:timers/promises';
import type { Api, ApiAnswer } from '../harness/api.ts';
import type { Random } from '../harness/seeded-random.ts';
import { type Answer, type Call, priceStroops } from './calls.ts';
import type { Operation } from './linearizable.ts';

export type History = Operation<Call, Answer>[];

export const serviceIds = ['search', 'tokens'] as const;
/** Statuses after which a client sends the same request again under the same key. */
const retriedStatuses: ReadonlySet<number> = new Set([408, 429, 500, 503]);
const triesMax = 5_000;
const waitMaxMs = 60;
const stroopsPlaces = 7;

/** One agent with several clients, which call at the same time and share their knowledge. */
export class AgentClients {
  readonly agent: string;
  readonly isPrepaid: boolean;
  /** every attempt */
  readonly history: History = [];
  readonly #random: Random;
  readonly #tick: () => number;
  readonly #apis: () => readonly Api[];
  readonly #sent: Call[] = [];
  /** calls that a client gave up; their keys are sent again later */
  readonly #left: Call[] = [];
  readonly #holds: string[] = [];
  #calls = 0;

  /** @param tick a clock that all clients of a test share; each value is later than the previous ones */
  constructor(
    agent: string,
    isPrepaid: boolean,
    random: Random,
    tick: () => number,
    apis: () => readonly Api[],
  ) {
    this.agent = agent;
    this.isPrepaid = isPrepaid;
    this.#random = random;
    this.#tick = tick;
    this.#apis = apis;
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

  async #call(call: Call, patience: number): Promise<void> {
    for (let tries = 0; tries < patience; tries++) {
      const api = pickOrNothing(this.#random, this.#apis());
      if (api === undefined) {
        await pause(waitMaxMs);
        continue;
      }
      const calledAt = this.#tick();
      const answer = await this.#send(api, call);
      const answeredAt = answer === undefined ? Number.POSITIVE_INFINITY : this.#tick();
      this.history.push({ call, answer, calledAt, answeredAt });
      if (answer?.kind === 'held' && call.kind === 'hold') this.#holds.push(call.id);
      if (answer !== undefined) return;
      await pause(this.#random.below(waitMaxMs));
    }
    if (patience === triesMax)
      throw new Error(`${JSON.stringify(call.kind)} of ${this.agent} was not answered`);
  }

  #draw(): Call {
    const again = this.#random.below(12) === 0 ? pickOrNothing(this.#random, this.#sent) : undefined;
    if (again !== undefined) return again;
    const left = this.#random.below(3) === 0 ? this.#left.pop() : undefined;
    if (left !== undefined) return left;
    this.#calls += 1;
    const key = `${this.agent}-${this.#calls}`;
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

  /** Usage with an id that several keys share. */
  #event() {
    const number = Math.floor(this.#calls / 20);
    const serviceId = serviceIds[number % serviceIds.length] ?? serviceIds[0];
    return { id: `${this.agent}-event-${number}`, serviceId, requests: 1 + (number % 9) };
  }

  /** The answer, or `undefined` if no final one arrived. */
  async #send(api: Api, call: Call): Promise<Answer | undefined> {
    let answer: ApiAnswer;
    try {
      answer = await this.#request(api, call);
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
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
  if (status === 402 || (status === 409 && json.error === 'hold_ended'))
    return { kind: 'refused', code: json.error };
  if (status !== 200 && status !== 201) throw new Error(`${call.kind}: ${status} ${text}`);
  switch (call.kind) {
    case 'record':
    case 'capture': {
      const isDuplicate = json.status === 'duplicate';
      const available = json.available === undefined || isDuplicate ? undefined : stroopsOf(json.available);
      return { kind: 'recorded', total: json.total, isDuplicate, available };
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
