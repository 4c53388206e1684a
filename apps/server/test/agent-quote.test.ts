import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';
import { adminKey, apiOfTenant } from './harness/tenants.ts';

const usage = (agent: string, serviceId: string, requests: number) => ({ agent, serviceId, requests });

test('the quote of an agent has all of its accounts, page by page, and the sum that settling all of them bills', async (t) => {
  const { api } = await startInProcess(t);
  for (const [serviceId, priceStroops] of [
    ['a', 250],
    ['b', 1_000],
    ['c', 7],
    ['settled', 1],
  ]) {
    await api.post('/services', { serviceId, priceStroops });
  }
  const items = [
    usage('ada', 'a', 100),
    usage('ada', 'b', 10),
    usage('ada', 'c', 3),
    usage('ada', 'settled', 9),
    usage('ada', 'unpriced', 7),
    usage('ben', 'a', 1_000),
  ];
  assert.equal((await api.post('/usage/bulk', { items })).status, 201);
  await api.post('/settle', { agent: 'ada', serviceId: 'settled' });
  const sums = { totalBilledStroops: '35021', totalCreditStroops: '0', unpricedRequests: 7 };
  const first = (await api.get('/agents/ada/quote?limit=2')).json;
  const { items: quotes, nextCursor, ...rest } = first;
  assert.deepEqual(rest, { agent: 'ada', hasMore: true, ...sums });
  assert.deepEqual(quotes[0], (await api.get('/billing/ada/a')).json);
  const second = (await api.get(`/agents/ada/quote?limit=2&cursor=${nextCursor}`)).json;
  assert.deepEqual(
    [...quotes, ...second.items].map(({ serviceId }: { serviceId: string }) => serviceId),
    ['a', 'b', 'c'],
  );
  // A later page costs only what it shows. The sums are those of all accounts.
  const { totalBilledStroops, totalCreditStroops, unpricedRequests } = second;
  assert.deepEqual([second.nextCursor, second.hasMore], [null, false]);
  assert.deepEqual([totalBilledStroops, totalCreditStroops, unpricedRequests], [null, null, null]);
  const settled = await api.post('/settle/bulk', { agent: 'ada' });
  assert.equal(settled.json.totalBilledStroops, sums.totalBilledStroops);
  const after = (await api.get('/agents/ada/quote')).json;
  assert.deepEqual([after.items, after.totalBilledStroops, after.unpricedRequests], [[], '0', 7]);
  assert.equal((await api.get('/agents/ada/quote?cursor=bm90aGluZw')).status, 400);
});

test('the quote of an agent shows its credits, and the amounts paid from its balance', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 's', priceStroops: 10_000_000 });
  await api.post('/services', { serviceId: 'other', priceStroops: 1 });
  const recorded = await api.post('/usage', usage('ada', 'other', 5));
  await api.post('/settle', { agent: 'ada', serviceId: 'other' });
  const entry = String(recorded.headers.get('location')).split('/').at(-1);
  await api.post(`/entries/${entry}/reverse`, { reason: 'a dispute' });
  await api.post('/usage', usage('ada', 's', 2));
  await api.call('/agents/ada/billing', { method: 'PUT', body: { mode: 'prepaid' } });
  await api.post('/agents/ada/grants', { amount: '5' });
  await api.post('/usage', usage('ada', 's', 3));
  const { items, ...sums } = (await api.get('/agents/ada/quote')).json;
  assert.deepEqual(
    items.map((item: { creditStroops: string; prepaid?: object }) => [item.creditStroops, item.prepaid]),
    [
      ['5', undefined],
      ['0', { cost: '5', paid: '3', due: '2' }],
    ],
  );
  assert.deepEqual([sums.totalBilledStroops, sums.totalCreditStroops], ['20000000', '5']);
});

test('the quote of an agent that never used anything is empty, and no other tenant is in it', async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const [acme, other] = [await apiOfTenant(api, 'acme'), await apiOfTenant(api, 'other')];
  await acme.post('/services', { serviceId: 's', priceStroops: 3 });
  await acme.post('/usage', usage('ada', 's', 2));
  assert.equal((await acme.get('/agents/ada/quote')).json.totalBilledStroops, '6');
  const empty = {
    agent: 'ada',
    items: [],
    nextCursor: null,
    hasMore: false,
    totalBilledStroops: '0',
    totalCreditStroops: '0',
    unpricedRequests: 0,
  };
  assert.deepEqual((await other.get('/agents/ada/quote')).json, empty);
});
