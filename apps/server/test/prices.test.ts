// Prices as decimal texts for 1, 1,000 or 1,000,000 units, and bills that leave less than a stroop.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';

test('a price below a stroop is billed exactly, and a remainder below a stroop goes to the next bill', async (t) => {
  const { api } = await startInProcess(t);
  const shown = { price: '0.15', per: 1_000_000, asset: 'XLM' };
  const put = await api.post('/services', { serviceId: 'tokens', price: '0.15', per: 1_000_000 });
  assert.deepEqual([put.status, put.json], [201, { serviceId: 'tokens', ...shown }]);
  assert.deepEqual((await api.get('/services/tokens')).json, {
    serviceId: 'tokens',
    ...shown,
    disabled: false,
  });
  const use = (requests: number) => api.post('/usage', { agent: 'a', serviceId: 'tokens', requests });
  await use(3);
  const line = { priceVersion: 1, requests: 3, price: '0.00000015', amount: '0.00000045' };
  const first = (await api.post('/settle', { agent: 'a', serviceId: 'tokens' })).json;
  assert.deepEqual(first.lines, [line]);
  assert.deepEqual(
    [first.billedStroops, first.amount, first.remainder, first.remainderOn, 'priceStroops' in first],
    ['4', '0.0000004', '0', '0.00000005', false],
  );
  await use(1);
  const quote = (await api.get('/billing/a/tokens')).json;
  assert.deepEqual(
    [quote.billedStroops, quote.remainder, quote.remainderOn, quote.creditStroops],
    ['2', '0.00000005', '0', '0'],
  );
  const second = (await api.post('/settle', { agent: 'a', serviceId: 'tokens', expectedStroops: '2' })).json;
  assert.deepEqual([second.billedStroops, second.remainderOn], ['2', '0']);
  const [bill, last] = (await api.get('/settlements')).json.items;
  assert.deepEqual([bill.remainder, bill.remainderOn, bill.carriedOnStroops], ['0', '0.00000005', '0']);
  assert.deepEqual([last.remainder, last.remainderOn, last.amount], ['0.00000005', '0', '0.0000002']);
  const [entry] = (await api.get('/entries')).json.items;
  assert.deepEqual(
    [entry.price, entry.priceStroops, entry.amount, entry.amountStroops],
    ['0.00000015', null, '0.00000045', null],
  );
  assert.deepEqual((await api.get('/audit')).json.differences, []);
});

test('a reversal of settled usage leaves an exact credit, in stroops and a remainder below one', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 'tokens', price: '0.15', per: 1_000_000 });
  const used = await api.post('/usage', { agent: 'a', serviceId: 'tokens', requests: 3 });
  await api.post('/settle', { agent: 'a', serviceId: 'tokens' });
  const id = used.headers.get('location')?.split('/').at(-1);
  await api.post(`/entries/${id}/reverse`, { reason: 'a mistake' });
  // 4 stroops were billed and 0.5 remained, so 4.5 are reversed.
  const quote = (await api.get('/billing/a/tokens')).json;
  assert.deepEqual([quote.billedStroops, quote.creditStroops, quote.remainderOn], ['0', '4', '0']);
  const written = await api.post('/credits/a/tokens/write-off', {
    kind: 'paid_out',
    reason: 'closed',
    expectedStroops: '4',
  });
  assert.equal(written.status, 201, written.text);
  const audit = (await api.get('/audit')).json;
  assert.deepEqual([audit.ok, audit.outstanding], [true, { requests: 0, stroops: '0' }]);
});

test('the same price for another number of units is shown for that number, and is not a new version', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 's', priceStroops: 7 });
  const patch = (body: object) => api.call('/services/s/price', { method: 'PATCH', body });
  assert.deepEqual((await patch({ price: '0.7', per: 1_000_000 })).json, {
    serviceId: 's',
    priceStroops: 7,
    price: '0.7',
    per: 1_000_000,
    asset: 'XLM',
  });
  assert.deepEqual((await api.get('/services/s')).json.per, 1_000_000);
  await patch({ price: '0.0007', per: 1_000 });
  const { items } = (await api.get('/services/s/prices')).json;
  assert.deepEqual(
    items.map(({ version, price, per }: Record<string, unknown>) => [version, price, per]),
    [[1, '0.0000007', 1]],
  );
  await patch({ price: '0.71', per: 1_000_000 });
  assert.equal((await api.get('/services/s/prices')).json.items.length, 2);
  // A bound in stroops finds only prices in stroops.
  assert.equal((await api.get('/services?minPrice=7')).json.services.length, 1);
  assert.equal((await api.get('/services?maxPrice=7')).json.services.length, 0);
});

const refusals: readonly (readonly [why: string, body: object, pointer: string])[] = [
  ['no price', {}, '/priceStroops'],
  ['two prices', { priceStroops: 1, price: '1' }, '/price'],
  ['units without a price', { priceStroops: 1, per: 1_000 }, '/per'],
  ['another number of units', { price: '1', per: 10 }, '/per'],
  ['a price below 10^-12 for a unit', { price: '0.0000001', per: 1_000_000 }, '/price'],
  ['a price above 9,000,000 for a unit', { price: '9000000.000000000001' }, '/price'],
  ['a price below 0', { price: '-1' }, '/price'],
  ['a price with an exponent', { price: '1e-7' }, '/price'],
  ['a price that is a number', { price: 0.15 }, '/price'],
];

for (const [why, body, pointer] of refusals) {
  test(`a service with ${why} is refused, alone and in a bulk, and nothing is registered`, async (t) => {
    const { api } = await startInProcess(t);
    const refused = await api.post('/services', { serviceId: 's', ...body });
    assert.deepEqual([refused.status, refused.json.error], [400, 'invalid_request'], refused.text);
    const pointers = refused.json.faults.map((fault: { pointer: string }) => fault.pointer);
    assert.ok(pointers.includes(pointer), refused.text);
    assert.match(refused.json.requestId, /./);
    const bulk = await api.post('/services/bulk', { items: [{ serviceId: 's', ...body }] });
    const [result] = bulk.json.results;
    assert.deepEqual([result.ok, result.error], [false, 'invalid_item'], bulk.text);
    assert.ok(result.message.includes(pointer), bulk.text);
    assert.equal((await api.get('/services/s')).status, 404);
  });
}

test('a missing price is reported together with the other faults of the body, in every request that sets a price', async (t) => {
  const { api } = await startInProcess(t);
  const named = { serviceId: 's t', descripton: 'd', owner: 'o', unitScale: 7 };
  const asset = { asset: 'usd', effectiveFrom: 'soon' };
  const sent = await api.post('/services', { ...named, ...asset });
  const faults: readonly { readonly pointer: string; readonly message: string }[] = sent.json.faults;
  const pointers = (list: typeof faults) => [...new Set(list.map(({ pointer }) => pointer))].sort();
  const expected = ['/asset', '/description', '/descripton', '/effectiveFrom', '/priceStroops', '/serviceId'];
  assert.deepEqual(pointers(faults), [...expected, '/unitScale'], sent.text);
  const missing = faults.find(({ pointer }) => pointer === '/priceStroops');
  assert.equal(missing?.message, 'is required, or price or tiers');
  await api.post('/services', { serviceId: 's', priceStroops: 1 });
  const body = { effectiveFrom: 'soon' };
  const patched = await api.call('/services/s/price', { method: 'PATCH', key: 'k', body });
  assert.equal(patched.status, 400, patched.text);
  assert.deepEqual(pointers(patched.json.faults), ['/effectiveFrom', '/priceStroops']);
  const bulk = await api.post('/services/bulk', { items: [{ serviceId: 's t', unitScale: 7 }] });
  for (const pointer of ['/serviceId', '/unitScale', '/priceStroops'])
    assert.ok(bulk.json.results[0].message.includes(pointer), bulk.text);
  // The second price is the same in another form, and exceeds the limit.
  const two = await api.post('/services', {
    serviceId: 's',
    price: '1',
    tiers: [{ price: '1' }],
    unitScale: 7,
  });
  assert.deepEqual(pointers(two.json.faults), ['/period', '/tiers', '/unitScale'], two.text);
});

test('the largest prices and sums are shown as documented, even above the limits for requests', async (t) => {
  const { api } = await startInProcess(t);
  // Each answer is compared with the document.
  const put = await api.post('/services', { serviceId: 'dear', price: '9000000' });
  assert.equal(put.json.priceStroops, 90_000_000_000_000);
  const quantity = '1000000000000';
  for (const agent of ['a', 'b']) {
    assert.equal((await api.post('/usage', { agent, serviceId: 'later', quantity })).status, 201);
  }
  assert.equal((await api.post('/usage', { agent: 'a', serviceId: 'dear', requests: 1 })).status, 201);
  await api.call('/assets/USD', { method: 'PUT', body: { scale: 2 } });
  await api.post('/services', { serviceId: 'later', price: '9000000', asset: 'USD' });
  const quote = (await api.get('/billing/a/later')).json;
  assert.equal(quote.amount, '9000000000000000000.00');
  const most = `${'9'.repeat(18)}.${'9'.repeat(18)}`;
  for (const id of ['g-1', 'g-2'])
    assert.equal((await api.post('/agents/a/grants', { amount: most, asset: 'USD', id })).status, 201);
  assert.equal(
    (await api.get('/agents/a/balance?asset=USD')).json.granted,
    '1999999999999999999.999999999999999998',
  );
  for (const path of ['/agents/a/quote', '/billing/total', '/stats', '/agents/totals', '/audit', '/services'])
    assert.equal((await api.get(path)).status, 200);
  for (const path of [
    '/agents/a/statement?asset=USD',
    '/agents/a/statement',
    '/entries',
    '/entries/export.json',
  ])
    assert.equal((await api.get(path)).status, 200);
  const grant = await api.post('/agents/a/grants', { amount: `1${'0'.repeat(18)}`, asset: 'USD' });
  assert.equal(grant.status, 400);
  const policy = { mode: 'prepaid', overdraft: `1${'0'.repeat(18)}` };
  assert.equal((await api.call('/agents/a/billing', { method: 'PUT', body: policy })).status, 400);
});
