import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';

const priceMax = 9_007_199_254;
const account = { agent: 'agent-7', serviceId: 'search' };
const item = { ...account, requests: 1_000_000 };
/** The number of items, each with a million requests at the highest price, that cost at most 2^63 - 1 stroops. */
const itemsMax = Number((2n ** 63n - 1n) / (BigInt(priceMax) * 1_000_000n));
const stroopsOf = (requests: number) => String(BigInt(requests) * BigInt(priceMax));

test('amounts beyond 2^53 are exact, and nothing exceeds the limit of 2^63 - 1 stroops', async (t) => {
  assert.equal(itemsMax, 1_024);
  const { api } = await startInProcess(t, { BULK_MAX_ITEMS: '2000' });
  await api.post('/services', { serviceId: 'search', priceStroops: priceMax });
  await api.post('/usage', { ...account, requests: 999_999 }, 'first');
  await api.post('/usage', { ...account, requests: 1 }, 'second');
  const small = (await api.get('/billing/agent-7/search')).json;
  assert.equal(small.billedStroops, '9007199254000000');
  const bulk = await api.post(
    '/usage/bulk',
    { items: Array.from({ length: itemsMax + 4 }, () => item) },
    'bulk',
  );
  const results: { readonly ok: boolean; readonly error?: string; readonly total?: number }[] =
    bulk.json.results;
  assert.equal(results.filter(({ ok }) => ok).length, itemsMax - 1);
  assert.deepEqual(
    results.slice(itemsMax - 1).map(({ error }) => error),
    Array.from({ length: 5 }, () => 'limit_exceeded'),
  );
  const recorded = itemsMax * 1_000_000;
  const before = (await api.get('/audit')).json;
  assert.equal(before.recorded.stroops, stroopsOf(recorded));
  for (const requests of [1, 1_000_000]) {
    const refused = await api.post('/usage', { ...account, requests }, 'one-more');
    assert.equal(refused.status, 422, refused.text);
    assert.equal(refused.json.error, 'limit_exceeded');
  }
  assert.deepEqual((await api.get('/audit')).json, before);
  // The amounts are exact to the last stroop, in separate lines and in parts.
  const settled = (await api.post('/settle', { ...account, through: 3 }, 's')).json;
  assert.equal(settled.billedStroops, stroopsOf(2_000_000));
  const quote = (await api.get('/billing/agent-7/search')).json;
  assert.equal(quote.billedStroops, stroopsOf(recorded - 2_000_000));
  assert.equal(quote.lines[0].amountStroops, quote.billedStroops);
  const expected = { ...account, expectedStroops: quote.billedStroops };
  assert.equal((await api.post('/settle', expected, 's2')).json.billedStroops, quote.billedStroops);
  const audit = (await api.get('/audit')).json;
  assert.equal(audit.ok, true);
  assert.equal(audit.settled.stroops, stroopsOf(recorded));
  assert.equal(audit.outstanding.stroops, '0');
  // A refusal leaves its key free, and another account is below its limit.
  const other = { agent: 'agent-8', serviceId: 'search', requests: 1 };
  assert.equal((await api.post('/usage', other, 'one-more')).status, 201);
});

test('unpriced usage that no bill could hold once it is priced is refused, and does not wrap around', async (t) => {
  const { api } = await startInProcess(t, { BULK_MAX_ITEMS: '2000' });
  await api.post('/usage/bulk', { items: Array.from({ length: 2_000 }, () => item) }, 'bulk');
  await api.post('/services', { serviceId: 'search', priceStroops: priceMax }, 'price');
  const quote = (await api.get('/billing/agent-7/search')).json;
  assert.equal(quote.billedStroops, stroopsOf(2_000_000_000));
  assert.equal((await api.get('/billing/total')).json.totalStroops, quote.billedStroops);
  for (const path of ['/settle', '/settle/bulk']) {
    const body = path === '/settle' ? account : { agent: 'agent-7' };
    const refused = await api.post(path, body, 's');
    assert.equal(refused.status, 422, refused.text);
    assert.equal(refused.json.error, 'limit_exceeded');
  }
  assert.equal((await api.post('/usage', { ...account, requests: 1 }, 'u')).status, 422);
  const part = await api.post('/settle', { ...account, through: itemsMax }, 's');
  assert.equal(part.json.billedStroops, stroopsOf(itemsMax * 1_000_000));
  const audit = (await api.get('/audit')).json;
  assert.equal(audit.ok, true);
  assert.equal(audit.recorded.stroops, stroopsOf(2_000_000_000));
});

test('sums over accounts do not overflow', async (t) => {
  const { api } = await startInProcess(t, { BULK_MAX_ITEMS: '2000' });
  await api.post('/services', { serviceId: 'search', priceStroops: priceMax }, 'price');
  for (const agent of ['a', 'b', 'c']) {
    const items = Array.from({ length: itemsMax }, () => ({ ...item, agent }));
    await api.post('/usage/bulk', { items }, agent);
  }
  const total = stroopsOf(3 * itemsMax * 1_000_000);
  assert.equal((await api.get('/billing/total')).json.totalStroops, total);
  assert.equal((await api.get('/audit')).json.outstanding.stroops, total);
  assert.equal((await api.get('/services/search/usage')).json.total, 3 * itemsMax * 1_000_000);
});
