import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';

const account = { agent: 'agent-7', serviceId: 'search' };

async function record(api: Api, usageId: string, requests = 3): Promise<void> {
  const answer = await api.post('/usage', { ...account, requests, id: usageId });
  assert.equal(answer.status, 201, answer.text);
}

async function shown(api: Api, usageId: string) {
  const { items } = (await api.get(`/entries?usageId=${usageId}`)).json;
  assert.equal(items.length, 1);
  const { requests, priceVersion, priceStroops, amountStroops, settlementId, reversed } = items[0];
  return { requests, priceVersion, priceStroops, amountStroops, settlementId, reversed };
}

test('an entry shows its price, its amount, the bill that it is on, and whether it was reversed', async (t) => {
  const { api } = await startInProcess(t);
  await record(api, 'e-1');
  const unpriced = { requests: 3, priceVersion: null, priceStroops: null, amountStroops: null };
  const open = { settlementId: null, reversed: false };
  assert.deepEqual(await shown(api, 'e-1'), { ...unpriced, ...open });
  await api.post('/services', { serviceId: 'search', priceStroops: 5 });
  await record(api, 'e-2');
  await api.call('/services/search/price', { method: 'PATCH', body: { priceStroops: 7 } });
  // Usage from before the first price costs the first price.
  assert.deepEqual(await shown(api, 'e-1'), { ...unpriced, priceStroops: 5, amountStroops: '15', ...open });
  const { settlementId } = (await api.post('/settle', account)).json;
  await record(api, 'e-3', 2);
  await record(api, 'e-4', 4);
  const [first, , third] = (await api.get('/entries')).json.items;
  await api.post(`/entries/${first.id}/reverse`, { reason: 'recorded twice' });
  await api.post(`/entries/${third.id}/reverse`, { reason: 'recorded twice' });
  const { items } = (await api.get('/entries?agent=agent-7&serviceId=search')).json;
  const seen = items.map((entry: Record<string, unknown>) => [
    entry['requests'],
    entry['priceStroops'],
    entry['amountStroops'],
    entry['settlementId'],
    entry['reversed'],
  ]);
  const price = items[2].priceStroops;
  assert.deepEqual(seen, [
    [3, 5, '15', settlementId, true],
    [3, 5, '15', settlementId, false],
    [2, price, String(2 * price), null, true],
    [4, price, String(4 * price), null, false],
    [-3, 5, '-15', null, false],
    [-2, price, String(-2 * price), null, false],
  ]);
  const one = await api.get(`/entries/${items[0].id}`);
  assert.deepEqual(one.json, items[0]);
  const listed = (await api.get(`/settlements/${settlementId}/entries`)).json.items;
  assert.deepEqual(listed, items.slice(0, 2));
});

test('clearing an account reverses its outstanding entries, and later bills lose no entry', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 'search', priceStroops: 5 });
  await record(api, 'e-1');
  await api.post('/settle', account);
  await record(api, 'e-2');
  assert.equal((await api.call('/usage/agent-7/search', { method: 'DELETE' })).status, 200);
  await record(api, 'e-3');
  const { settlementId } = (await api.post('/settle', account)).json;
  assert.equal((await shown(api, 'e-1')).reversed, false);
  assert.deepEqual(
    [(await shown(api, 'e-2')).reversed, (await shown(api, 'e-2')).settlementId],
    [true, settlementId],
  );
  assert.equal((await shown(api, 'e-3')).reversed, false);
  const exported = (await api.get('/entries/export.json?usageId=e-3')).json.items;
  assert.deepEqual(exported, (await api.get('/entries?usageId=e-3')).json.items);
  const [head = '', row = ''] = (await api.get('/entries/export.csv?usageId=e-3')).text.split('\r\n');
  assert.equal(row.split(',')[head.split(',').indexOf('settlementId')], settlementId);
});

test('a list by usage id finds one entry at most, and keeps its other filters', async (t) => {
  const { api } = await startInProcess(t);
  await record(api, 'e-1');
  const empty = ['usageId=e-2', 'usageId=e-1&agent=other', 'usageId=e-1&from=2099-01-01T00:00:00Z'];
  for (const query of empty) assert.deepEqual((await api.get(`/entries?${query}`)).json.items, [], query);
  for (const query of ['usageId=e-1', 'usageId=e-1&agent=agent-7&serviceId=search']) {
    const page = (await api.get(`/entries?${query}`)).json;
    assert.equal(page.items.length, 1, query);
    const next = await api.get(`/entries?${query}&cursor=${page.nextCursor}`);
    assert.deepEqual(next.json.items, [], query);
  }
});
