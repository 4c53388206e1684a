// Assets other than XLM: services, bills, credits, balances, holds, sums and statements, each in its own asset.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api, ApiAnswer } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { essence } from './harness/workload.ts';

const put = (api: Api, path: string, body: object, key?: string) =>
  api.call(path, { method: 'PUT', body, ...(key === undefined ? {} : { key }) });
const register = (api: Api, code: string, scale: number, key?: string) =>
  put(api, `/assets/${code}`, { scale }, key);
const use = (api: Api, serviceId: string, requests: number, more: object = {}, key?: string) =>
  api.post('/usage', { agent: 'a', serviceId, requests, ...more }, key);
const faultOf = ({ status, json }: ApiAnswer) => [status, json.error, json.faults?.[0]?.pointer];
const idOf = ({ headers }: ApiAnswer) => headers.get('location')?.split('/').at(-1) ?? '';

/** Registers services in XLM, USD and USDC, at 7 stroops, 0.003 and 0.0000015 for a request. */
async function startAssets(t: Parameters<typeof startInProcess>[0]): Promise<Api> {
  const { api } = await startInProcess(t);
  assert.equal((await register(api, 'USD', 2)).status, 201);
  assert.equal((await register(api, 'USDC', 6)).status, 201);
  await api.post('/services', { serviceId: 'x', priceStroops: 7 });
  const usd = await api.post('/services', { serviceId: 'u', price: '0.003', asset: 'USD' });
  assert.deepEqual(usd.json, { serviceId: 'u', price: '0.003', per: 1, asset: 'USD' });
  await api.post('/services', { serviceId: 'c', price: '1.5', per: 1_000_000, asset: 'USDC' });
  return api;
}

async function assertAudit(api: Api) {
  const audit = (await api.get('/audit')).json;
  assert.deepEqual(
    [
      audit.ok,
      audit.differences,
      audit.balances.differences,
      audit.limits.differences,
      audit.acts.differences,
    ],
    [true, [], [], [], []],
  );
  return audit;
}

test('an asset is registered once, with a scale that stays, and can be listed and read', async (t) => {
  const { api } = await startInProcess(t);
  const made = await register(api, 'USD', 2, 'k');
  assert.deepEqual([made.status, made.json], [201, { code: 'USD', scale: 2, builtIn: false }]);
  assert.equal(made.headers.get('location'), '/api/v1/assets/USD');
  assert.deepEqual(essence(await register(api, 'USD', 2, 'k')), essence(made));
  assert.equal((await register(api, 'USD', 2)).status, 200);
  assert.deepEqual(faultOf(await register(api, 'USD', 3)), [409, 'asset_conflict', undefined]);
  assert.equal((await register(api, 'XLM', 7)).status, 200);
  assert.deepEqual(faultOf(await register(api, 'XLM', 2)), [409, 'asset_conflict', undefined]);
  for (const [code, scale] of [
    ['usd', 2],
    ['TOOLONGACODEX', 2],
    ['EUR', 13],
    ['EUR', -1],
  ] as const) {
    assert.equal((await register(api, code, scale)).status, 400, code);
  }
  await register(api, 'A1', 0);
  assert.deepEqual((await api.get('/assets')).json, {
    items: [
      { code: 'A1', scale: 0, builtIn: false },
      { code: 'USD', scale: 2, builtIn: false },
      { code: 'XLM', scale: 7, builtIn: true },
    ],
    nextCursor: null,
    hasMore: false,
  });
  const first = (await api.get('/assets?limit=2')).json;
  assert.deepEqual([first.items.length, first.hasMore], [2, true]);
  assert.equal((await api.get(`/assets?cursor=${first.nextCursor}`)).json.items[0].code, 'XLM');
  assert.deepEqual((await api.get('/assets/USD')).json, { code: 'USD', scale: 2, builtIn: false });
  assert.deepEqual(faultOf(await api.get('/assets/EUR')), [404, 'not_found', undefined]);
  const acts = (await api.get('/audit-log?action=asset.registered')).json.items;
  assert.deepEqual(
    acts.map(({ subject, details }: { subject: string; details: object }) => [subject, details]),
    [
      ['A1', { scale: 0 }],
      ['USD', { scale: 2 }],
    ],
  );
});

test('a tenant registers at most 100 assets', async (t) => {
  const { api } = await startInProcess(t);
  for (let number = 0; number < 100; number++)
    assert.equal((await register(api, `A${number}`, 2)).status, 201);
  assert.deepEqual(faultOf(await register(api, 'B', 2)), [422, 'limit_exceeded', undefined]);
  assert.equal((await register(api, 'A7', 2)).status, 200);
});

test('the asset of a service cannot change, and a field that does not fit it is refused by name', async (t) => {
  const api = await startAssets(t);
  const service = { serviceId: 'n', price: '1' };
  assert.deepEqual(faultOf(await api.post('/services', { ...service, asset: 'EUR' })), [
    422,
    'unknown_asset',
    '/asset',
  ]);
  assert.deepEqual(faultOf(await api.post('/services', { serviceId: 'n', priceStroops: 7, asset: 'USD' })), [
    422,
    'asset_mismatch',
    '/priceStroops',
  ]);
  assert.equal((await api.get('/services/n')).status, 404);
  assert.equal((await api.post('/services', { ...service, asset: 'USD' })).status, 201);
  assert.equal((await api.post('/services', { ...service, price: '2' })).json.asset, 'USD');
  for (const asset of ['XLM', 'USDC']) {
    assert.equal((await api.post('/services', { ...service, asset })).json.error, 'service_in_use');
  }
  const inStroops = await api.call('/services/n/price', { method: 'PATCH', body: { priceStroops: 7 } });
  assert.deepEqual(faultOf(inStroops), [422, 'asset_mismatch', '/priceStroops']);
  assert.deepEqual((await api.get('/services/n')).json.price, '2');
  assert.deepEqual((await api.get('/services/n/prices')).json.items[1].asset, 'USD');
  await api.call('/services/n', { method: 'DELETE' });
  assert.equal((await api.post('/services', { ...service, asset: 'XLM' })).json.error, 'service_in_use');
  assert.equal((await api.post('/services', service)).json.asset, 'USD');
  const bulk = await api.post('/services/bulk', {
    items: [
      { serviceId: 'b1', price: '1', asset: 'USDC' },
      { serviceId: 'b2', price: '1', asset: 'EUR' },
      { serviceId: 'b3', priceStroops: 1, asset: 'USD' },
    ],
  });
  assert.deepEqual(
    bulk.json.results.map((result: { asset?: string; error?: string }) => result.asset ?? result.error),
    ['USDC', 'unknown_asset', 'asset_mismatch'],
  );
  // A bound in stroops does not apply to prices in other assets.
  assert.deepEqual(
    (await api.get('/services?minPrice=0')).json.services.map((one: { serviceId: string }) => one.serviceId),
    ['x'],
  );
});

test('bills are rounded to the atoms of their asset, and the remainder goes to the next bill', async (t) => {
  const api = await startAssets(t);
  for (const serviceId of ['x', 'u', 'c']) await use(api, serviceId, 5);
  const quote = await api.get('/billing/a/u');
  const lines = [{ priceVersion: 1, requests: 5, price: '0.003', amount: '0.015' }];
  assert.deepEqual(quote.json, {
    agent: 'a',
    serviceId: 'u',
    requests: 5,
    price: '0.003',
    amount: '0.01',
    asset: 'USD',
    lines,
    through: 1,
    carried: '0.00',
    remainder: '0',
    remainderOn: '0.005',
    credit: '0.00',
  });
  const settle = { agent: 'a', serviceId: 'u' };
  assert.deepEqual(faultOf(await api.post('/settle', { ...settle, expectedStroops: '1' })), [
    422,
    'asset_mismatch',
    '/expectedStroops',
  ]);
  assert.deepEqual(
    faultOf(await api.post('/settle', { ...settle, expectedStroops: '1', expectedAmount: '0.01' })),
    [400, 'invalid_request', '/expectedAmount'],
  );
  assert.equal(
    (await api.post('/settle', { ...settle, expectedAmount: '0.02' })).json.error,
    'quote_changed',
  );
  const bill = await api.post('/settle', { ...settle, expectedAmount: '0.010' }, 'bill');
  assert.deepEqual(
    [bill.status, bill.json.amount, bill.json.asset, bill.json.remainderOn, 'billedStroops' in bill.json],
    [200, '0.01', 'USD', '0.005', false],
    bill.text,
  );
  await use(api, 'u', 2);
  assert.deepEqual(
    essence(await api.post('/settle', { ...settle, expectedAmount: '0.010' }, 'bill')),
    essence(bill),
  );
  const second = (await api.post('/settle', settle)).json;
  assert.deepEqual([second.amount, second.remainder, second.remainderOn], ['0.01', '0.005', '0.001']);
  assert.deepEqual((await api.get(`/settlements/${second.settlementId}`)).json.asset, 'USD');
  // XLM works as before, and also accepts the exact amount.
  const xlm = (await api.post('/settle', { agent: 'a', serviceId: 'x', expectedAmount: '0.0000035' })).json;
  assert.deepEqual(
    [xlm.billedStroops, xlm.amount, xlm.carriedStroops, 'carried' in xlm],
    ['35', '0.0000035', '0', false],
  );
  const usdc = (await api.get('/billing/a/c')).json;
  assert.deepEqual(
    [usdc.amount, usdc.remainderOn, usdc.lines[0].amount],
    ['0.000007', '0.0000005', '0.0000075'],
  );
  const csv = (await api.get('/settlements.csv')).text.split('\r\n');
  assert.match(csv[0] ?? '', /,carried,carriedOn$/);
  assert.ok(
    csv.some((line) => /,USD,,0\.00,0\.00$/.test(line)),
    csv.join('\n'),
  );
  await assertAudit(api);
});

test('sums over an agent and over a tenant are separate for each asset', async (t) => {
  const api = await startAssets(t);
  for (const serviceId of ['x', 'u', 'c']) await use(api, serviceId, 1_000);
  await api.post('/usage', { agent: 'b', serviceId: 'u', requests: 10_000 });
  const quote = (await api.get('/agents/a/quote')).json;
  assert.deepEqual(
    [quote.totalBilledStroops, quote.otherAssets],
    [
      '7000',
      [
        { asset: 'USD', totalBilled: '3.00', totalCredit: '0.00' },
        { asset: 'USDC', totalBilled: '0.001500', totalCredit: '0.000000' },
      ],
    ],
  );
  const total = (await api.get('/billing/total')).json;
  assert.equal(total.totalStroops, '7000');
  assert.deepEqual(total.otherAssets[0], { asset: 'USD', total: '33.00', disabled: '0.00', credit: '0.00' });
  const top = (await api.get('/agents/totals?sort=outstanding&asset=USD')).json.items;
  assert.deepEqual(
    top.map((one: { agent: string }) => one.agent),
    ['b', 'a'],
  );
  const settled = (await api.post('/settle/bulk', { agent: 'a' })).json;
  assert.deepEqual(
    [settled.totalBilledStroops, settled.otherAssets],
    [
      '7000',
      [
        { asset: 'USD', totalBilled: '3.00' },
        { asset: 'USDC', totalBilled: '0.001500' },
      ],
    ],
  );
  const stats = (await api.get('/stats')).json;
  assert.deepEqual([stats.outstandingStroops, stats.settledStroops], ['0', '7000']);
  assert.deepEqual(stats.otherAssets[0], { asset: 'USD', outstanding: '30.00', settled: '3.00' });
  const audit = await assertAudit(api);
  assert.deepEqual(audit.otherAssets[0], {
    asset: 'USD',
    recorded: '33',
    reversed: '0',
    paid: '0',
    settled: '3',
    writtenOff: '0',
    outstanding: '30',
  });
});

test('a credit in another asset is carried, written off and shown in it', async (t) => {
  const api = await startAssets(t);
  const entry = idOf(await use(api, 'u', 1_000));
  await api.post('/settle', { agent: 'a', serviceId: 'u' });
  await api.post(`/entries/${entry}/reverse`, { reason: 'r' });
  const quote = (await api.get('/billing/a/u')).json;
  assert.deepEqual([quote.amount, quote.credit], ['0.00', '3.00']);
  const off = { reason: 'gone', kind: 'paid_out' };
  assert.equal(
    (await api.post('/credits/a/u/write-off', { ...off, expectedAmount: '2' })).json.error,
    'quote_changed',
  );
  assert.deepEqual(faultOf(await api.post('/credits/a/u/write-off', { ...off, expectedStroops: '300' })), [
    422,
    'asset_mismatch',
    '/expectedStroops',
  ]);
  const written = (await api.post('/credits/a/u/write-off', { ...off, expectedAmount: '3.00' })).json;
  assert.deepEqual(
    [written.asset, written.writesOff],
    ['USD', { kind: 'paid_out', amount: '3.00', reason: 'gone' }],
  );
  const statement = (await api.get('/agents/a/statement?asset=USD')).json;
  const { used, reversed, billed, writtenOff } = statement.totals;
  assert.deepEqual(
    [used, reversed, billed, writtenOff, statement.closing.unbilled],
    ['3', '3', '3', '3', '0'],
  );
  assert.deepEqual((await api.get('/agents/a/statement')).json.usage, []);
  const csv = (await api.get('/entries/export.csv')).text.split('\r\n');
  assert.ok(
    csv.some((line) => line.includes('paid_out,,') && line.endsWith(',3.00')),
    csv.join('\n'),
  );
  await assertAudit(api);
});

test('prepaid usage and holds draw from the balance of the asset of their service', async (t) => {
  const api = await startAssets(t);
  const grant = (amount: string, asset?: string) =>
    api.post('/agents/a/grants', { amount, ...(asset === undefined ? {} : { asset }) });
  const available = async (asset: string) =>
    (await api.get(`/agents/a/balance?asset=${asset}`)).json.available;
  assert.deepEqual(faultOf(await grant('1', 'EUR')), [422, 'unknown_asset', '/asset']);
  assert.deepEqual(faultOf(await put(api, '/agents/a/billing', { mode: 'prepaid', asset: 'EUR' })), [
    422,
    'unknown_asset',
    '/asset',
  ]);
  await put(api, '/agents/a/billing', { mode: 'prepaid', asset: 'USD', overdraft: '0.5', lowAt: ['2'] });
  await grant('5', 'USD');
  await grant('1');
  const drawn = await use(api, 'u', 1_000, {}, 'first');
  assert.deepEqual([drawn.json.drawn, drawn.json.available], ['3', '2'], drawn.text);
  assert.deepEqual(
    [await available('USD'), await available('XLM'), await available('USDC')],
    ['2', '1', '0'],
  );
  const poor = await use(api, 'c', 1);
  assert.deepEqual([poor.status, poor.json.asset, poor.json.required], [402, 'USDC', '0.0000015']);
  // The overdraft is in USD: the second item, in XLM, has none.
  const bulk = await api.post('/usage/bulk', {
    items: [
      { agent: 'a', serviceId: 'x', requests: 1_000_000 },
      { agent: 'a', serviceId: 'x', requests: 1_000_000 },
      { agent: 'a', serviceId: 'u', requests: 700 },
    ],
  });
  assert.deepEqual(
    bulk.json.results.map(({ error = 'ok' }: { error?: string }) => error),
    ['ok', 'insufficient_balance', 'ok'],
  );
  assert.deepEqual([await available('USD'), await available('XLM')], ['-0.1', '0.3']);
  await grant('4.1', 'USD');
  const held = await api.post('/holds', { agent: 'a', serviceId: 'u', amount: '1.5', id: 'hold-1' });
  assert.deepEqual([held.status, held.json.asset, held.json.available], [201, 'USD', '2.5'], held.text);
  const captured = await api.post('/holds/hold-1/capture', { requests: 600 }, 'capture');
  assert.deepEqual([captured.json.drawn, captured.json.available], ['1.8', '2.2'], captured.text);
  const reversed = await api.post(`/entries/${idOf(drawn)}/reverse`, { reason: 'r' });
  assert.deepEqual([reversed.json.drawn, reversed.json.asset], ['-3', 'USD']);
  assert.deepEqual([await available('USD'), await available('XLM')], ['5.2', '0.3']);
  const cleared = await api.call('/usage/a/u', { method: 'DELETE' });
  assert.deepEqual([cleared.status, await available('USD'), await available('XLM')], [200, '9.1', '0.3']);
  const events = (await api.get('/events?order=asc&limit=1000')).json.items;
  const low = events.filter(
    ({ type }: { type: string }) => type.startsWith('balance.') && type !== 'balance.granted',
  );
  assert.deepEqual(
    low.map(({ type, data }: { type: string; data: { asset: string } }) => [type, data.asset]),
    [
      ['balance.low', 'USD'],
      ['balance.exhausted', 'USD'],
    ],
  );
  const usage = events.find(({ type }: { type: string }) => type === 'usage.recorded');
  assert.deepEqual([usage.data.drawn, usage.data.asset], ['3', 'USD']);
  const statement = (await api.get('/agents/a/statement?asset=USD')).json;
  assert.deepEqual([statement.closing.available, statement.closing.unbilled], ['9.1', '0']);
  const ledger = (await api.get('/agents/a/ledger?asset=XLM')).json;
  assert.deepEqual(
    ledger.items.map(({ kind, amount }: { kind: string; amount: string }) => [kind, amount]),
    [
      ['granted', '1'],
      ['drawn', '0.7'],
    ],
  );
  const totals = (await api.get('/agents/totals')).json.items[0];
  assert.deepEqual(
    totals.balances.map(({ asset, available: left }: { asset: string; available: string }) => [asset, left]),
    [
      ['USD', '9.1'],
      ['XLM', '0.3'],
    ],
  );
  await assertAudit(api);
});

test('a hold made before its service was registered is captured in the asset of the service', async (t) => {
  const { api } = await startInProcess(t);
  await register(api, 'USD', 2);
  const held = await api.post('/holds', { agent: 'a', serviceId: 'late', amount: '1', id: 'h' });
  assert.deepEqual([held.status, held.json.asset], [201, 'XLM'], held.text);
  await api.post('/services', { serviceId: 'late', price: '0.01', asset: 'USD' });
  await put(api, '/agents/a/billing', { mode: 'prepaid' });
  await api.post('/agents/a/grants', { amount: '3', asset: 'USD' });
  const captured = await api.post('/holds/h/capture', { requests: 100 });
  assert.deepEqual([captured.status, captured.json.drawn], [201, '1'], captured.text);
  assert.equal((await api.get('/agents/a/balance?asset=USD')).json.available, '2');
  assert.equal((await api.get('/agents/a/balance')).json.available, '0');
  await assertAudit(api);
});

test('usage recorded before its service was registered costs the first price, in the asset of the service', async (t) => {
  const { api } = await startInProcess(t);
  await register(api, 'USD', 2);
  await use(api, 'late', 1_000);
  await api.post('/services', { serviceId: 'late', price: '0.003', asset: 'USD' });
  const [entry] = (await api.get('/entries')).json.items;
  assert.deepEqual([entry.amount, entry.asset, entry.amountStroops], ['3', 'USD', null]);
  const bill = (await api.post('/settle', { agent: 'a', serviceId: 'late' })).json;
  assert.deepEqual([bill.amount, bill.asset], ['3.00', 'USD']);
  await assertAudit(api);
});

test('a retry of each write gets its first answer at every later state, and moves nothing', async (t) => {
  const api = await startAssets(t);
  const writes: (() => Promise<ApiAnswer>)[] = [
    () => register(api, 'EUR', 2, 'asset'),
    () => api.post('/services', { serviceId: 'e', price: '0.1', asset: 'EUR' }, 'service'),
    () => put(api, '/agents/a/billing', { mode: 'prepaid', asset: 'EUR' }, 'policy'),
    () => api.post('/agents/a/grants', { amount: '1', asset: 'EUR' }, 'grant'),
    () => api.post('/holds', { agent: 'a', serviceId: 'e', requests: 4 }, 'hold'),
    () => use(api, 'e', 6, {}, 'use'),
    () => api.post('/agents/a/refunds', { amount: '0.5', asset: 'EUR', reason: 'r' }, 'refund'),
    () => api.post('/settle', { agent: 'a', serviceId: 'e', expectedAmount: '0' }, 'settle'),
  ];
  const first: ApiAnswer[] = [];
  for (const [number, write] of writes.entries()) {
    const answer = await write();
    assert.ok(answer.status < 300, answer.text);
    first.push(answer);
    const before = (await api.get('/agents/a/balance?asset=EUR')).json;
    for (const [earlier, again] of writes.slice(0, number + 1).entries()) {
      const replay = await again();
      assert.equal(replay.headers.get('idempotency-replayed'), 'true');
      assert.deepEqual(essence(replay), essence(first[earlier] ?? answer));
    }
    assert.deepEqual((await api.get('/agents/a/balance?asset=EUR')).json, before);
  }
  await assertAudit(api);
});
