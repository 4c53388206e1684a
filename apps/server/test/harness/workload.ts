import assert from 'node:assert/strict';
import type { Api, ApiAnswer } from './api.ts';
import type { HoldWrites } from './hold-writes.ts';
import type { Random } from './seeded-random.ts';

/** A write with its key, which a client keeps until the outcome is known. */
export interface KeyedWrite {
  readonly key: string;
  readonly path: string;
  readonly body: unknown;
}

const agents = ['agent-0', 'agent-1', 'agent-2'];
const services = ['search', 'browse', 'tokens'];
const heldService = 'search';
const priceStroops = 7;
const writesPerLifeMax = 300;

/** Random writes of all kinds with keys: single usage, overlapping bulks, and settlements. */
export class Workload {
  readonly writes: KeyedWrite[] = [];
  readonly #random: Random;
  readonly #holds: HoldWrites | undefined;
  #events = 0;
  #singleRequests = 0;

  /** @param holds writes of holds, to be mixed with the others */
  constructor(random: Random, holds?: HoldWrites) {
    this.#random = random;
    this.#holds = holds;
  }

  next(): KeyedWrite {
    const key = `key-${this.writes.length}`;
    const write = { ...this.#draw(key), key };
    this.writes.push(write);
    return write;
  }

  #draw(key: string): Omit<KeyedWrite, 'key'> {
    const kind = this.#random.below(this.#holds === undefined ? 10 : 13);
    if (kind >= 10 && this.#holds !== undefined) return this.#holds.next(key, heldService);
    return kind < 6 ? this.#single() : kind < 9 ? this.#bulk() : this.#settle();
  }

  /** The total of requests if each write took effect once. */
  get requestsTotal(): number {
    let sum = this.#singleRequests + (this.#holds?.capturedRequests ?? 0);
    for (let number = 0; number < this.#events; number++) sum += eventOf(number).requests;
    return sum;
  }

  /** Registers what the writes need; a repetition changes nothing. */
  async prepare(api: Api): Promise<void> {
    await registerServices(api);
    await this.#holds?.fund(api);
  }

  async assertBalance(api: Api): Promise<void> {
    await this.#holds?.assertBalance(api, priceStroops);
  }

  #single(): Omit<KeyedWrite, 'key'> {
    const requests = 1 + this.#random.below(9);
    this.#singleRequests += requests;
    const body = { agent: this.#random.pick(agents), serviceId: this.#random.pick(services), requests };
    return { path: '/usage', body };
  }

  #bulk(): Omit<KeyedWrite, 'key'> {
    const first = Math.max(0, this.#events - this.#random.below(20));
    const end = this.#events + 1 + this.#random.below(20);
    this.#events = end;
    const items = Array.from({ length: end - first }, (_, index) => eventOf(first + index));
    return { path: '/usage/bulk', body: { items } };
  }

  #settle(): Omit<KeyedWrite, 'key'> {
    const agent = this.#random.pick(agents);
    if (this.#random.below(2) === 0) return { path: '/settle/bulk', body: { agent } };
    return { path: '/settle', body: { agent, serviceId: this.#random.pick(services) } };
  }
}

function eventOf(number: number) {
  return {
    id: `event-${number}`,
    agent: agents[number % agents.length],
    serviceId: services[number % services.length],
    requests: 1 + (number % 7),
  };
}

export async function registerServices(api: Api): Promise<void> {
  for (const serviceId of services) {
    const { status } = await api.post('/services', { serviceId, priceStroops }, `price-${serviceId}`);
    assert.ok(status === 201 || status === 200);
  }
}

/** Runs `write` for each item that `next` returns, several at a time, until there are no more. */
export async function inParallel<T>(
  lanes: number,
  next: () => T | undefined,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const lane = async () => {
    for (let one = next(); one !== undefined; one = next()) await work(one);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** The parts of two answers to one request that must be equal. */
export function essence(answer: ApiAnswer) {
  return { status: answer.status, body: answer.text, location: answer.headers.get('location') };
}

export type Essence = ReturnType<typeof essence>;

/** Writes until the server has ended. Keeps the received answers, each with its key. */
export async function writeUntilKilled(
  api: Api,
  workload: Workload,
  acknowledged: Map<string, Essence>,
): Promise<void> {
  let sent = 0;
  let isGone = false;
  const next = () => {
    if (isGone || sent === writesPerLifeMax) return undefined;
    sent += 1;
    return workload.next();
  };
  await inParallel(32, next, async ({ key, path, body }) => {
    try {
      const answer = await api.post(path, body, key);
      if (answer.status < 300) acknowledged.set(key, essence(answer));
    } catch {
      isGone = true;
    }
  });
}

/**
 * Retries every write. Asserts that each acknowledged write gets the same answer as before, that nothing was lost, and
 * that nothing was billed twice. Returns how many writes had taken effect without being acknowledged.
 */
export async function assertExactlyOnce(
  api: Api,
  workload: Workload,
  acknowledged: ReadonlyMap<string, Essence>,
): Promise<number> {
  const settlementIds: string[] = [];
  let unheard = 0;
  const left = [...workload.writes];
  await inParallel(
    16,
    () => left.shift(),
    async ({ key, path, body }) => {
      const answer = await api.post(path, body, key);
      const before = acknowledged.get(key);
      const isReplayed = answer.headers.get('idempotency-replayed') === 'true';
      if (before === undefined) {
        assert.ok([200, 201].includes(answer.status), `${key}: ${answer.text}`);
        if (isReplayed) unheard += 1;
      } else {
        assert.deepEqual(essence(answer), before, key);
        assert.ok(isReplayed, key);
      }
      const bills = [answer.json, ...(answer.json.items ?? [])];
      settlementIds.push(...bills.map((bill) => bill.settlementId).filter((id) => typeof id === 'string'));
    },
  );
  assert.equal(new Set(settlementIds).size, settlementIds.length, 'two answers name one settlement');
  await assertBooks(api, workload.requestsTotal, settlementIds);
  await workload.assertBalance(api);
  return unheard;
}

async function assertBooks(api: Api, requests: number, settlementIds: readonly string[]): Promise<void> {
  const audit = (await api.get('/audit')).json;
  assert.deepEqual(audit.differences, []);
  assert.equal(audit.ok, true);
  assert.equal(audit.recorded.requests, requests);
  assert.equal(audit.recorded.stroops, String(requests * priceStroops));
  assert.equal(audit.settled.requests + audit.outstanding.requests, requests);
  // Every settlement was made by a request that reports it, and every reported settlement exists.
  assert.equal(audit.settlements, settlementIds.length);
  let billed = 0n;
  for (const id of settlementIds) {
    const settlement = await api.get(`/settlements/${id}`);
    assert.equal(settlement.status, 200);
    billed += BigInt(settlement.json.billedStroops);
  }
  assert.equal(String(billed), audit.settled.stroops);
}
