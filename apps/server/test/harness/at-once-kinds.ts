import assert from 'node:assert/strict';
import type { Api } from './api.ts';
import { inParallel } from './workload.ts';

/** Writes of one kind that are sent at the same time, when there is enough for only some of them. */
export interface AtOnceKind {
  /** the writes, and the thing that is limited */
  readonly name: string;
  /** the code of the refusal when too little is left */
  readonly refusal: 'insufficient_balance' | 'limit_reached';
  /** Prepares the books for the writes, with enough for this many of them. */
  prepare(api: Api, enoughFor: number): Promise<void>;
  write(at: number): { readonly path: string; readonly body: object };
  /** Asserts that exactly this many were accepted, and that all sums are right. */
  assertRight(api: Api, enoughFor: number): Promise<void>;
}

const agent = 'agent-7';
const agentCount = 5;

/** Makes a service, and a prepaid agent with enough for this many requests. */
async function fund(api: Api, enoughFor: number): Promise<void> {
  await api.post('/services', { serviceId: 'llm', priceStroops: 10_000_000 }, 'service');
  await api.call(`/agents/${agent}/billing`, { method: 'PUT', body: { mode: 'prepaid' }, key: 'mode' });
  await api.post(`/agents/${agent}/grants`, { amount: String(enoughFor), id: 'payment' }, 'grant');
}

async function limitTo(api: Api, max: object): Promise<void> {
  const body = { window: 'lifetime', max, action: 'refuse' };
  const { status, text } = await api.call('/limits/budget', { method: 'PUT', body, key: 'limit' });
  assert.equal(status, 201, text);
}

async function assertBalance(api: Api, available: number, held: number, drawn: number): Promise<void> {
  const balance = (await api.get(`/agents/${agent}/balance`)).json;
  assert.deepEqual(
    [balance.available, balance.held, balance.drawn],
    [available, held, drawn].map((amount) => String(amount)),
  );
}

async function assertAudit(api: Api): Promise<void> {
  const { ok, differences, balances, limits } = (await api.get('/audit')).json;
  assert.deepEqual([ok, differences, balances.differences, limits.differences], [true, [], [], []]);
}

async function countEntries(api: Api): Promise<number> {
  return (await api.get('/entries?limit=1000')).json.items.length;
}

async function assertCounted(api: Api, enoughFor: number): Promise<void> {
  const { counters } = (await api.get('/limits/budget')).json;
  const used = counters.map((counter: { used: string; left: string }) => [counter.used, counter.left]);
  assert.deepEqual(used, [[String(enoughFor), '0']]);
  assert.equal(await countEntries(api), enoughFor);
  await assertAudit(api);
}

/** Captures every second hold and releases the others: what was held is then drawn or available again. */
async function assertCapturedOnce(api: Api, open: readonly { readonly id: string }[]): Promise<void> {
  const left = [...open.entries()];
  await inParallel(
    16,
    () => left.pop(),
    async ([at, { id }]) => {
      const path = at % 2 === 0 ? 'capture' : 'release';
      const body = at % 2 === 0 ? { body: { requests: 1 } } : {};
      const { status } = await api.call(`/holds/${id}/${path}`, {
        method: 'POST',
        key: `end-${id}`,
        ...body,
      });
      assert.ok(status === 200 || status === 201, String(status));
    },
  );
  const captured = Math.ceil(open.length / 2);
  await assertBalance(api, open.length - captured, 0, captured);
}

const holds: AtOnceKind = {
  name: 'holds on a balance',
  refusal: 'insufficient_balance',
  prepare: fund,
  write: (at) => ({
    path: '/holds',
    body: { agent, serviceId: 'llm', requests: 1, id: `hold-${at}`, expiresInMs: 3_600_000 },
  }),
  async assertRight(api, enoughFor) {
    await assertBalance(api, 0, enoughFor, 0);
    const open = (await api.get(`/holds?agent=${agent}&state=open&limit=1000`)).json.items;
    assert.equal(open.length, enoughFor);
    await assertCapturedOnce(api, open);
    await assertAudit(api);
  },
};

const usage: AtOnceKind = {
  name: 'uses that are paid from a balance',
  refusal: 'insufficient_balance',
  prepare: fund,
  write: (at) => ({ path: '/usage', body: { agent, serviceId: 'llm', requests: 1, id: `use-${at}` } }),
  async assertRight(api, enoughFor) {
    await assertBalance(api, 0, 0, enoughFor);
    assert.equal(await countEntries(api), enoughFor);
    await assertAudit(api);
  },
};

/** The writes are of several agents, so that they share only the counter. */
const writeOfAgents: AtOnceKind['write'] = (at) => ({
  path: '/usage',
  body: { agent: `agent-${at % agentCount}`, serviceId: 'llm', requests: 1, id: `use-${at}` },
});

const requests: AtOnceKind = {
  name: 'uses under a limit of requests',
  refusal: 'limit_reached',
  async prepare(api, enoughFor) {
    await api.post('/services', { serviceId: 'llm', priceStroops: 10_000_000 }, 'service');
    await limitTo(api, { quantity: String(enoughFor) });
  },
  write: writeOfAgents,
  assertRight: assertCounted,
};

const money: AtOnceKind = {
  name: 'uses under a limit in money',
  refusal: 'limit_reached',
  async prepare(api, enoughFor) {
    await api.call('/assets/USD', { method: 'PUT', body: { scale: 2 }, key: 'asset' });
    await api.post('/services', { serviceId: 'llm', price: '1', asset: 'USD' }, 'service');
    await limitTo(api, { amount: String(enoughFor), asset: 'USD' });
  },
  write: writeOfAgents,
  assertRight: assertCounted,
};

/** Kinds that a balance limits. */
export const balanceKindsAtOnce: readonly AtOnceKind[] = [holds, usage];
/** Kinds that a limit restricts. */
export const limitKindsAtOnce: readonly AtOnceKind[] = [requests, money];
export const kindsAtOnce: readonly AtOnceKind[] = [...balanceKindsAtOnce, ...limitKindsAtOnce];
