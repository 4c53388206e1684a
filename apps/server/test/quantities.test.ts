// Quantities with decimal places: usage, bulks, holds, limits, quotes, bills and reversals.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';

async function startSeconds(t: Parameters<typeof startInProcess>[0]): Promise<Api> {
  const { api } = await startInProcess(t);
  const service = { serviceId: 'seconds', price: '0.15', per: 1_000, unit: 'second', unitScale: 3 };
  const put = await api.post('/services', service);
  assert.deepEqual([put.status, put.json.unitScale], [201, 3], put.text);
  return api;
}

const use = (api: Api, quantity: string, more: object = {}) =>
  api.post('/usage', { agent: 'a', serviceId: 'seconds', quantity, ...more });

test('a quantity is recorded, quoted and billed exactly, and shown with all its places', async (t) => {
  const api = await startSeconds(t);
  const first = await use(api, '12.75');
  assert.deepEqual(first.json, { agent: 'a', serviceId: 'seconds', total: 12_750, quantity: '12.750' });
  assert.deepEqual((await use(api, '0.001')).json.quantity, '12.751');
  assert.deepEqual((await api.get('/usage/a/seconds')).json.quantity, '12.751');
  const [entry] = (await api.get('/entries')).json.items;
  assert.deepEqual([entry.requests, entry.quantity, entry.amount], [12_750, '12.750', '0.0019125']);
  const quote = (await api.get('/billing/a/seconds')).json;
  assert.deepEqual(
    [quote.requests, quote.quantity, quote.billedStroops, quote.remainderOn],
    [12_751, '12.751', '19126', '0.00000005'],
  );
  assert.deepEqual(quote.lines[0].quantity, '12.751');
  const bill = (await api.post('/settle', { agent: 'a', serviceId: 'seconds' })).json;
  assert.deepEqual([bill.quantity, bill.amount, bill.remainderOn], ['12.751', '0.0019126', '0.00000005']);
  const [settlement] = (await api.get('/settlements')).json.items;
  assert.deepEqual([settlement.quantity, settlement.requests], ['12.751', 12_751]);
  assert.deepEqual((await api.get('/services/seconds')).json.unitScale, 3);
  const id = first.headers.get('location')?.split('/').at(-1);
  const reversed = (await api.post(`/entries/${id}/reverse`, { reason: 'r' })).json;
  assert.deepEqual([reversed.requests, reversed.quantity], [-12_750, '-12.750']);
  const csv = (await api.get('/entries/export.csv')).text.split('\r\n');
  assert.match(csv[0] ?? '', /,quantity,tiers,writesOffAmount$/);
  assert.match(csv[1] ?? '', /,12\.750,,$/);
  const statement = (await api.get('/agents/a/statement')).json;
  const [{ price, quantity, reversedQuantity, amount, reversedAmount }] = statement.usage;
  assert.deepEqual([price, quantity, reversedQuantity], ['0.00015', '12.751', '12.750']);
  assert.deepEqual([amount, reversedAmount], ['0.00191265', '0.0019125']);
  assert.equal(statement.closing.unbilled, '-0.00191245');
  const audit = (await api.get('/audit')).json;
  assert.deepEqual([audit.ok, audit.differences], [true, []]);
});

test('a quantity may also be sent for a service without decimal places, and counts like requests', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 's', priceStroops: 7 });
  const usage = { agent: 'a', serviceId: 's', id: 'event-1' };
  const sent = await api.post('/usage', { ...usage, quantity: '3.000' });
  assert.deepEqual(sent.json, { agent: 'a', serviceId: 's', total: 3 });
  const again = await api.post('/usage', { ...usage, requests: 3 });
  assert.deepEqual([again.status, again.json.status], [200, 'duplicate'], again.text);
  const large = await api.post('/usage', { agent: 'b', serviceId: 's', quantity: '1000000000000' });
  assert.equal(large.json.total, 1_000_000_000_000);
  // This is more than one item with requests may contain.
  assert.equal((await api.post('/usage', { agent: 'b', serviceId: 's', requests: 1_000_001 })).status, 400);
});

test('a duplicate of a quantity is answered as a duplicate, and another quantity with its id is refused', async (t) => {
  const api = await startSeconds(t);
  await use(api, '1.5', { id: 'event-1' });
  const again = await use(api, '1.500', { id: 'event-1' });
  assert.deepEqual([again.status, again.json.status, again.json.quantity], [200, 'duplicate', '1.500']);
  for (const quantity of ['1.501', '1.0001']) {
    const other = await use(api, quantity, { id: 'event-1' });
    assert.deepEqual([other.status, other.json.error], [409, 'usage_id_conflict'], other.text);
  }
});

test('a quantity with too many decimal places, or requests where the service needs a quantity, are refused, and the key stays free', async (t) => {
  const api = await startSeconds(t);
  const refusals: readonly (readonly [body: object, status: number, error: string])[] = [
    [{ quantity: '0.0001' }, 422, 'invalid_quantity'],
    [{ requests: 3 }, 422, 'invalid_quantity'],
    [{}, 400, 'invalid_request'],
    [{ requests: 3, quantity: '3' }, 400, 'invalid_request'],
    [{ quantity: '0' }, 400, 'invalid_request'],
    [{ quantity: '0.000' }, 400, 'invalid_request'],
    [{ quantity: '-1' }, 400, 'invalid_request'],
    [{ quantity: '1e3' }, 400, 'invalid_request'],
    [{ quantity: '0.0000001' }, 400, 'invalid_request'],
    [{ quantity: '1000000000000.001' }, 400, 'invalid_request'],
    [{ quantity: 1.5 }, 400, 'invalid_request'],
  ];
  for (const [body, status, error] of refusals) {
    const refused = await api.post('/usage', { agent: 'a', serviceId: 'seconds', ...body }, 'key');
    assert.deepEqual([refused.status, refused.json.error], [status, error], refused.text);
  }
  const unpriced = await api.post('/usage', { agent: 'a', serviceId: 'unknown', quantity: '1.5' });
  assert.deepEqual([unpriced.status, unpriced.json.error], [422, 'invalid_quantity']);
  assert.equal((await use(api, '1')).status, 201);
  assert.equal((await api.get('/entries')).json.items.length, 1);
});

test('each item of a bulk is counted in the decimal places of its service, and an item that does not fit them is refused alone', async (t) => {
  const api = await startSeconds(t);
  await api.post('/services', { serviceId: 's', priceStroops: 7 });
  const items = [
    { agent: 'a', serviceId: 'seconds', quantity: '0.5' },
    { agent: 'a', serviceId: 's', requests: 2 },
    { agent: 'a', serviceId: 'seconds', requests: 2 },
    { agent: 'a', serviceId: 'seconds', quantity: '0.0005' },
    { agent: 'a', serviceId: 'seconds' },
    { agent: 'a', serviceId: 'seconds', quantity: '0.25' },
  ];
  const { results } = (await api.post('/usage/bulk', { items })).json;
  assert.deepEqual(
    results.map(
      (result: Record<string, unknown>) => result['quantity'] ?? result['total'] ?? result['error'],
    ),
    ['0.500', 2, 'invalid_quantity', 'invalid_quantity', 'invalid_item', '0.750'],
  );
  const atomic = await api.post('/usage/bulk?mode=atomic', { items: items.slice(0, 3) });
  assert.deepEqual([atomic.status, atomic.json.error], [422, 'bulk_rejected']);
  assert.equal((await api.get('/usage/a/seconds')).json.quantity, '0.750');
});

test('the decimal places of a service can be changed until usage of it was recorded', async (t) => {
  const api = await startSeconds(t);
  const put = (more: object) => api.post('/services', { serviceId: 'seconds', priceStroops: 1, ...more });
  assert.equal((await put({ unitScale: 2 })).json.unitScale, 2);
  assert.equal((await put({})).json.unitScale, 2, 'left out, they stay');
  await use(api, '0.25');
  const other = await put({ unitScale: 3 });
  assert.deepEqual([other.status, other.json.error], [409, 'service_in_use'], other.text);
  assert.equal((await put({ unitScale: 2 })).status, 200);
  const bulk = await api.post('/services/bulk', {
    items: [{ serviceId: 'seconds', priceStroops: 1, unitScale: 0 }],
  });
  assert.equal(bulk.json.results[0].error, 'service_in_use');
  for (const unitScale of [-1, 7, 1.5]) assert.equal((await put({ unitScale })).status, 400);
  // Whole requests were recorded before the service existed.
  await api.post('/usage', { agent: 'a', serviceId: 'late', requests: 3 });
  const late = await api.post('/services', { serviceId: 'late', priceStroops: 1, unitScale: 1 });
  assert.deepEqual([late.status, late.json.error], [409, 'service_in_use']);
  assert.equal((await api.post('/services', { serviceId: 'late', priceStroops: 1 })).status, 201);
});

test('a hold reserves a quantity, its capture draws another one, and limits count both in units', async (t) => {
  const api = await startSeconds(t);
  await api.call('/agents/a/billing', { method: 'PUT', body: { mode: 'prepaid' } });
  await api.post('/agents/a/grants', { amount: '1' });
  const limit = { window: 'lifetime', max: { quantity: '2.5' }, action: 'refuse' };
  await api.call('/limits/budget', { method: 'PUT', body: limit });
  const held = await api.post('/holds', { agent: 'a', serviceId: 'seconds', quantity: '2.25', id: 'h' });
  assert.deepEqual(
    [held.status, held.json.requests, held.json.quantity, held.json.amount],
    [201, 2_250, '2.250', '0.0003375'],
    held.text,
  );
  const same = await api.post('/holds', { agent: 'a', serviceId: 'seconds', quantity: '2.250', id: 'h' });
  assert.equal(same.status, 200);
  const allowance = (quantity: string) =>
    api.get(`/agents/a/allowance?serviceId=seconds&quantity=${quantity}`);
  assert.equal((await allowance('0.25')).json.allowed, true);
  assert.equal((await allowance('0.251')).json.error, 'limit_reached');
  assert.equal((await allowance('0.0001')).json.error, 'invalid_quantity');
  const beyond = await use(api, '0.5');
  assert.deepEqual([beyond.status, beyond.json.error], [429, 'limit_reached'], beyond.text);
  for (const wrong of [{ requests: 2 }, { quantity: '0.0001' }]) {
    const refused = await api.post('/holds/h/capture', wrong);
    assert.deepEqual([refused.status, refused.json.error], [422, 'invalid_quantity'], refused.text);
  }
  const captured = await api.post('/holds/h/capture', { quantity: '1.001' });
  assert.deepEqual(
    [captured.status, captured.json.captured, captured.json.drawn, captured.json.total],
    [201, '0.00015015', '0.00015015', 1_001],
    captured.text,
  );
  assert.equal((await api.get('/limits/budget')).json.counters[0].used, '1.001');
  assert.equal((await api.get('/agents/a/balance')).json.available, '0.99984985');
  const audit = (await api.get('/audit')).json;
  assert.deepEqual([audit.ok, audit.limits.differences, audit.balances.differences], [true, [], []]);
});

test('an entry is reversed in parts of its units, and a part that it does not have is refused', async (t) => {
  const api = await startSeconds(t);
  await api.call('/agents/a/billing', { method: 'PUT', body: { mode: 'prepaid' } });
  await api.post('/agents/a/grants', { amount: '1' });
  await use(api, '12.75');
  const [{ id }] = (await api.get('/entries')).json.items;
  const reverse = (body: object, key?: string) =>
    api.post(`/entries/${id}/reverse`, { reason: 'late', ...body }, key);
  const part = await reverse({ quantity: '0.75' }, 'k');
  assert.deepEqual([part.json.requests, part.json.quantity, part.json.drawn], [-750, '-0.750', '-0.0001125']);
  const again = await reverse({ quantity: '0.75' }, 'k');
  assert.deepEqual([again.text, again.headers.get('idempotency-replayed')], [part.text, 'true']);
  assert.equal((await reverse({ quantity: '2', requests: 2 })).json.faults[0].pointer, '/quantity');
  for (const [quantity, error, told] of [
    ['0.0001', 'invalid_quantity', /at most 3 decimal places/],
    [
      '12.001',
      'already_reversed',
      /of the 12\.750 units of entry .*, only 12\.000 are not reversed yet, but the request reverses 12\.001/,
    ],
    ['12.751', 'not_reversible', /has only 12\.750 units, but the request reverses 12\.751/],
  ] as const) {
    const refused = await reverse({ quantity }, 'free');
    assert.equal(refused.json.error, error, refused.text);
    assert.match(refused.json.message, told);
  }
  // First a reversal in smallest parts, as before, and then the rest.
  assert.equal((await reverse({ requests: 1 }, 'free')).json.quantity, '-0.001');
  assert.equal((await reverse({})).json.quantity, '-11.999');
  assert.equal((await api.get('/agents/a/balance')).json.available, '1');
  assert.equal((await api.get('/audit')).json.ok, true);
});

test('usage without requests and without a quantity is reported together with the other faults, on every route that takes usage', async (t) => {
  const api = await startSeconds(t);
  const faultsOf = async (answer: ReturnType<Api['post']>) => {
    const { status, json, text } = await answer;
    assert.deepEqual([status, json.error], [400, 'invalid_request'], text);
    return json.faults.map(({ pointer, message }: Record<string, unknown>) => `${pointer} ${message}`);
  };
  const missing = '/requests is required, or quantity';
  assert.deepEqual(await faultsOf(api.post('/usage', { agent: 'a' })), ['/serviceId is required', missing]);
  assert.deepEqual(await faultsOf(api.post('/holds', { agent: 'a', expiresInMs: 0 })), [
    '/serviceId is required',
    '/expiresInMs must be at least 1',
    '/requests is required, or quantity or amount',
  ]);
  assert.deepEqual(await faultsOf(api.post('/holds/h/capture', { occurredAt: 1 })), [
    '/occurredAt must be a string',
    missing,
  ]);
  assert.deepEqual(await faultsOf(api.get('/agents/a/allowance')), ['/serviceId is required', missing]);
  const twice = { requests: 3, quantity: '3' };
  const beside = '/quantity must not be sent together with requests';
  assert.deepEqual(await faultsOf(api.post('/usage', { agent: 'a', ...twice })), [
    '/serviceId is required',
    beside,
  ]);
  assert.deepEqual(
    await faultsOf(api.post('/holds', { agent: 'a', serviceId: 's', ...twice, amount: '1' })),
    [beside],
  );
  const { results } = (
    await api.post('/usage/bulk', { items: [{ agent: 'a' }, { serviceId: 's', ...twice }] })
  ).json;
  assert.deepEqual(
    results.map(({ message }: Record<string, unknown>) => message),
    [`/serviceId is required; ${missing}`, `/agent is required; ${beside}`],
  );
});

test('a resent hold is recognized by its units, even after the decimal places of its service changed', async (t) => {
  const { api } = await startInProcess(t);
  const service = { serviceId: 's', price: '1', per: 1 };
  assert.equal((await api.post('/services', service)).status, 201);
  const sent = { agent: 'a', serviceId: 's', requests: 2, id: 'h' };
  assert.equal((await api.post('/holds', sent)).status, 201);
  assert.equal((await api.post('/services', { ...service, unitScale: 3 })).status, 200);
  const again = await api.post('/holds', sent);
  assert.deepEqual([again.status, again.json.requests, again.json.amount], [200, 2, '2'], again.text);
  const other = await api.post('/holds', { agent: 'a', serviceId: 's', quantity: '0.002', id: 'h' });
  assert.deepEqual([other.status, other.json.error], [409, 'hold_id_conflict'], other.text);
});
