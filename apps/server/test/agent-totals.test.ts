import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';

const usage = (agent: string, serviceId: string, requests: number) => ({ agent, serviceId, requests });

test('agents are listed with what they come to: by name page by page, by a part of it, or those that owe most', async (t) => {
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
