import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';

const usage = (agent: string, serviceId: string, requests: number) => ({ agent, serviceId, requests });

test('agents are listed with their totals: by name in pages, by part of the name, or by the largest outstanding amount', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 'input', priceStroops: 250 });
  await api.post('/services', { serviceId: 'output', priceStroops: 1_000 });
  const items = [
    usage('Ada', 'input', 100),
    usage('Ada', 'output', 10),
    usage('ben', 'input', 1_000),
    usage('cleo', 'output', 100),
    usage('cleo', 'unpriced', 7),
    usage('dora', 'input', 4),
  ];
  assert.equal((await api.post('/usage/bulk', { items })).status, 201);
  await api.post('/settle', { agent: 'dora', serviceId: 'input' });
  await api.post('/settle', { agent: 'ben', serviceId: 'input' });
  await api.post('/usage', usage('ben', 'input', 8));

  const first = (await api.get('/agents/totals?limit=2')).json;
  assert.deepEqual(first.items[0], {
    agent: 'Ada',
    accounts: 2,
    recordedRequests: 110,
    outstandingRequests: 110,
    outstandingStroops: '35000',
    unpricedRequests: 0,
    settledStroops: '0',
    balances: [],
  });
  const { agent, outstandingStroops, settledStroops } = first.items[1];
  assert.deepEqual([agent, outstandingStroops, settledStroops], ['ben', '2000', '250000']);
  assert.equal(first.hasMore, true);
  const second = (await api.get(`/agents/totals?limit=2&cursor=${first.nextCursor}`)).json;
  assert.deepEqual(
    second.items.map((item: { readonly agent: string }) => item.agent),
    ['cleo', 'dora'],
  );
  assert.deepEqual([second.nextCursor, second.hasMore], [null, false]);
  assert.equal(second.items[0].unpricedRequests, 7);

  const namesOf = async (query: string): Promise<string[]> => {
    const { json } = await api.get(`/agents/totals?${query}`);
    return json.items.map((item: { readonly agent: string }) => item.agent);
  };
  assert.deepEqual(await namesOf('q=A'), ['Ada', 'dora']);
  assert.deepEqual(await namesOf('q=zoe'), []);
  assert.deepEqual(await namesOf('sort=outstanding'), ['cleo', 'Ada', 'ben', 'dora']);
  assert.deepEqual(await namesOf('sort=outstanding&limit=1&q=a'), ['Ada']);
  assert.equal((await api.get('/agents/totals?cursor=bm90aGluZw')).status, 400);
});

const namesIn = ({ items }: { readonly items: readonly { readonly agent: string }[] }) =>
  items.map(({ agent }) => agent);

test('agents are listed with their balances, even those without usage', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 'input', priceStroops: 250 });
  const grant = (agent: string, amount: string) => api.post(`/agents/${agent}/grants`, { amount });
  for (const agent of ['ben', 'dora', 'eve']) await grant(agent, agent === 'ben' ? '5' : '2');
  const prepaid = { method: 'PUT', body: { mode: 'prepaid', overdraft: '10' } };
  for (const agent of ['ben', 'dora']) await api.call(`/agents/${agent}/billing`, prepaid);
  const items = [usage('ada', 'input', 4), usage('ben', 'input', 240_000), usage('cleo', 'input', 1)];
  assert.equal((await api.post('/usage/bulk', { items })).status, 201);
  await api.post('/holds', { agent: 'dora', serviceId: 'input', amount: '0.5' });

  const { json } = await api.get('/agents/totals');
  assert.deepEqual(namesIn(json), ['ada', 'ben', 'cleo', 'dora', 'eve']);
  assert.deepEqual(
    json.items.map(({ balances }: { readonly balances: object }) => balances),
    [
      [],
      [{ asset: 'XLM', available: '-1', held: '0' }],
      [],
      [{ asset: 'XLM', available: '1.5', held: '0.5' }],
      [{ asset: 'XLM', available: '2', held: '0' }],
    ],
  );
  const [, , , dora] = json.items;
  assert.deepEqual([dora.accounts, dora.recordedRequests, dora.outstandingStroops], [0, 0, '0']);

  const list = async (query: string) => namesIn((await api.get(`/agents/totals?${query}`)).json);
  assert.deepEqual(await list('sort=available'), ['ben', 'dora', 'eve']);
  assert.deepEqual(await list('sort=available&limit=1'), ['ben']);
  assert.deepEqual(await list('sort=available&q=E'), ['ben', 'eve']);
  assert.deepEqual(await list('sort=available&asset=USD'), []);
  // Agents that owe nothing come last, sorted by name.
  assert.deepEqual(await list('sort=outstanding'), ['ada', 'cleo', 'ben', 'dora', 'eve']);
});

test('agents with usage and agents with balances come in one order, over as many pages as they fill', async (t) => {
  const { api } = await startInProcess(t, { BULK_MAX_ITEMS: '3000' });
  const name = (index: number) => `agent-${String(index).padStart(5, '0')}`;
  const users = Array.from({ length: 2_300 }, (_, index) => name(index * 2));
  const owners = Array.from({ length: 1_100 }, (_, index) => name(1_201 + index * 3));
  const items = users.map((agent) => usage(agent, 'input', 1));
  assert.equal((await api.post('/usage/bulk', { items })).status, 201);
  for (let start = 0; start < owners.length; start += 50) {
    const some = owners.slice(start, start + 50);
    await Promise.all(some.map((agent) => api.post(`/agents/${agent}/grants`, { amount: '1' })));
  }

  const listed: string[] = [];
  const withBalance: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const { json } = await api.get(`/agents/totals?limit=700${query}`);
    for (const { agent, balances } of json.items) {
      listed.push(agent);
      if (balances.length === 1) withBalance.push(agent);
    }
    cursor = json.nextCursor;
  }
  assert.deepEqual(listed, [...new Set([...users, ...owners])].sort());
  assert.deepEqual(withBalance, owners);
});
