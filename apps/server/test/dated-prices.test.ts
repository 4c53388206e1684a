// Prices with a date take effect at that instant, without any process that must run then.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api, ApiAnswer } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';

const november = Date.parse('2026-11-20T10:00:00Z');
const newYear = Date.parse('2027-01-01T00:00:00Z');
const effectiveFrom = '2027-01-01T00:00:00.000Z';
const hourMs = 3_600_000;

const xlm = (price: string) => ({ price, per: 1, asset: 'XLM' });
const stroops = (count: number, price: string) => ({ priceStroops: count, ...xlm(price) });

/** Starts a server with a service at 2 XLM. */
async function start(t: Parameters<typeof startInProcess>[0]) {
  const server = await startInProcess(t, {}, november);
  const put = await server.api.post('/services', { serviceId: 's', price: '2' });
  assert.equal(put.status, 201, put.text);
  return server;
}

const setPrice = (api: Api, body: object, key?: string) =>
  api.call('/services/s/price', { method: 'PATCH', body, ...(key === undefined ? {} : { key }) });
const cancel = (api: Api, key?: string) =>
  api.call('/services/s/prices/next', { method: 'DELETE', ...(key === undefined ? {} : { key }) });
const use = (api: Api, requests = 1, agent = 'a') => api.post('/usage', { agent, serviceId: 's', requests });

function accepted(answer: ApiAnswer, status = 200): ApiAnswer {
  assert.equal(answer.status, status, answer.text);
  return answer;
}

/** Returns the versions and prices of an agent's usage, in its order. */
async function recorded(api: Api, agent = 'a') {
  const { items } = (await api.get(`/entries?agent=${agent}`)).json;
  return items.map((entry: { priceVersion: number; price: string }) => [entry.priceVersion, entry.price]);
}

async function versions(api: Api) {
  const { items } = (await api.get('/services/s/prices')).json;
  return items.map(
    (one: { version: number; price: string; effectiveFrom?: string; withdrawnAt?: string }) => [
      one.version,
      one.price,
      one.effectiveFrom ?? 'at once',
      ...(one.withdrawnAt === undefined ? [] : ['withdrawn']),
    ],
  );
}

async function assertClean(api: Api) {
  const audit = (await api.get('/audit')).json;
  assert.deepEqual([audit.ok, audit.differences], [true, []]);
}

test('a price with a date is shown next to the price in force, and replaces it at its date', async (t) => {
  const { api, clock } = await start(t);
  const next = { version: 2, ...stroops(30_000_000, '3'), effectiveFrom };
  const set = accepted(await setPrice(api, { price: '3', effectiveFrom: '2027-01-01T01:00:00+01:00' }));
  assert.deepEqual(set.json, { serviceId: 's', ...stroops(20_000_000, '2'), nextPrice: next });
  const before = (await api.get('/services/s')).json;
  assert.deepEqual([before.price, before.nextPrice], ['2', next]);
  const listed = async (query: string) => (await api.get(`/services?${query}`)).json.services;
  assert.deepEqual((await listed(''))[0].nextPrice, next);
  assert.equal((await listed('minPrice=25000000')).length, 0);
  clock.nowMs = newYear - 1;
  assert.equal((await api.get('/services/s')).json.price, '2');
  clock.nowMs = newYear;
  const after = (await api.get('/services/s')).json;
  assert.deepEqual([after.price, 'nextPrice' in after], ['3', false]);
  const [found] = await listed('minPrice=25000000');
  assert.deepEqual([found.price, 'nextPrice' in found], ['3', false]);
  assert.deepEqual(await versions(api), [
    [1, '2', 'at once'],
    [2, '3', effectiveFrom],
  ]);
});

test('singles, bulks, captures, quotes and allowances use the price of their instant, even after a restart', async (t) => {
  const started = await start(t);
  let { api, clock, app } = started;
  accepted(await setPrice(api, { price: '3', effectiveFrom }));
  await api.post('/agents/a/grants', { amount: '100' });
  await api.call('/agents/a/billing', { method: 'PUT', body: { mode: 'prepaid' } });
  accepted(await use(api), 201);
  const hold = { agent: 'a', serviceId: 's', requests: 2, id: 'before', expiresInMs: 7 * 24 * hourMs };
  clock.nowMs = newYear - hourMs;
  assert.equal(accepted(await api.post('/holds', hold), 201).json.amount, '4');
  clock.nowMs = newYear - 1;
  await api.post('/usage/bulk', { items: [{ agent: 'a', serviceId: 's', requests: 1 }] });
  assert.equal((await api.get('/billing/a/s')).json.price, '2');
  // The instant of recording decides: usage that is recorded now gets the earlier price.
  await app.close();
  ({ api, clock, app } = await startInProcess(t, { DATABASE_URL: started.databaseUrl }, newYear));
  const late = { agent: 'a', serviceId: 's', requests: 1, occurredAt: '2026-12-31T23:59:59Z' };
  assert.equal(accepted(await api.post('/usage', late), 201).json.drawn, '3');
  await api.post('/usage/bulk', { items: [{ agent: 'a', serviceId: 's', requests: 1 }] });
  assert.equal(accepted(await api.post('/holds', { ...hold, id: 'after' }), 201).json.amount, '6');
  assert.equal(accepted(await api.post('/holds/before/capture', { requests: 2 }), 201).json.drawn, '6');
  assert.deepEqual(await recorded(api), [
    [1, '2'],
    [1, '2'],
    [2, '3'],
    [2, '3'],
    [2, '3'],
  ]);
  const quote = (await api.get('/billing/a/s')).json;
  assert.deepEqual(
    [quote.price, quote.lines.map((line: { amount: string }) => line.amount), quote.prepaid.cost],
    ['3', ['4', '12'], '16'],
  );
  const [listed] = (await api.get('/agents/a/quote')).json.items;
  assert.equal(listed.price, '3');
  // 100 - 16 drawn - 6 held leave 78: 26 requests at 3.
  const allowed = async (requests: number) =>
    (await api.get(`/agents/a/allowance?serviceId=s&requests=${requests}`)).json.allowed;
  assert.deepEqual([await allowed(26), await allowed(27)], [true, false]);
  await assertClean(api);
});

test('a limit in money counts usage at the price of its instant', async (t) => {
  const { api, clock } = await start(t);
  accepted(await setPrice(api, { price: '3', effectiveFrom }));
  const limit = { window: 'lifetime', max: { amount: '7', asset: 'XLM' }, action: 'refuse' };
  await api.call('/limits/budget', { method: 'PUT', body: limit });
  accepted(await use(api, 2), 201);
  clock.nowMs = newYear;
  assert.equal((await use(api, 2)).json.error, 'limit_reached');
  accepted(await use(api, 1), 201);
  await assertClean(api);
});

test('a settlement bills usage at the price when it was recorded, and refuses after the date a quote from before it', async (t) => {
  const { api, clock } = await start(t);
  accepted(await setPrice(api, { price: '3', effectiveFrom }));
  accepted(await use(api, 2), 201);
  const etag = (await api.get('/billing/a/s')).headers.get('etag') ?? '';
  clock.nowMs = newYear;
  accepted(await use(api, 1), 201);
  const stale = await api.post('/settle', { agent: 'a', serviceId: 's', through: 1 }, undefined, {
    'if-match': etag,
  });
  // As for every change of a price, the quote names the price in force.
  assert.deepEqual([stale.status, stale.json.error, stale.json.quote.price], [412, 'quote_changed', '3']);
  const bill = accepted(
    await api.post('/settle', { agent: 'a', serviceId: 's', expectedStroops: '70000000' }),
  );
  assert.deepEqual(
    bill.json.lines.map((line: { priceVersion: number; amount: string }) => [line.priceVersion, line.amount]),
    [
      [1, '4'],
      [2, '3'],
    ],
  );
  const [first] = (await api.get('/entries?agent=a')).json.items;
  accepted(await api.post(`/entries/${first.id}/reverse`, { reason: 'a mistake' }), 201);
  assert.equal((await api.get('/billing/a/s')).json.creditStroops, '40000000');
  await assertClean(api);
});

test('another price with a date replaces the previous one, and sending the same one again changes nothing', async (t) => {
  const { api, clock } = await start(t);
  accepted(await setPrice(api, { price: '3', effectiveFrom }));
  const same = accepted(await setPrice(api, { price: '3000', per: 1_000, effectiveFrom }));
  assert.deepEqual([same.json.nextPrice.version, same.json.nextPrice.price], [2, '3000']);
  const other = accepted(await setPrice(api, { price: '4', effectiveFrom: '2026-12-01T00:00:00Z' }));
  assert.deepEqual(other.json.nextPrice, {
    version: 4,
    ...stroops(40_000_000, '4'),
    effectiveFrom: '2026-12-01T00:00:00.000Z',
  });
  assert.deepEqual(await versions(api), [
    [1, '2', 'at once'],
    [2, '3', effectiveFrom, 'withdrawn'],
    [3, '2', 'at once'],
    [4, '4', '2026-12-01T00:00:00.000Z'],
  ]);
  clock.nowMs = newYear;
  accepted(await use(api), 201);
  assert.deepEqual(await recorded(api), [[4, '4']]);
});

test('an immediate price change keeps the price with a date, and so does resending the price in force', async (t) => {
  const { api, clock } = await start(t);
  accepted(await setPrice(api, { price: '3', effectiveFrom }));
  accepted(await use(api), 201);
  // Like a script that registers every service at each start.
  const again = accepted(
    await api.post('/services', { serviceId: 's', price: '2', description: 'd', owner: 'o' }),
  );
  assert.equal(again.json.nextPrice.version, 2);
  const changed = accepted(await setPrice(api, { price: '2.5' }));
  assert.deepEqual([changed.json.price, changed.json.nextPrice.version], ['2.5', 4]);
  accepted(await use(api), 201);
  clock.nowMs = newYear;
  accepted(await use(api), 201);
  assert.deepEqual(await recorded(api), [
    [1, '2'],
    [3, '2.5'],
    [4, '3'],
  ]);
  assert.deepEqual(await versions(api), [
    [1, '2', 'at once'],
    [2, '3', effectiveFrom, 'withdrawn'],
    [3, '2.5', 'at once'],
    [4, '3', effectiveFrom],
  ]);
  accepted(await setPrice(api, { price: '5' }));
  accepted(await use(api), 201);
  assert.deepEqual((await recorded(api)).at(-1), [5, '5']);
  await assertClean(api);
});

test('a cancelled price never takes effect, and a price in effect cannot be cancelled', async (t) => {
  const { api, clock } = await start(t);
  assert.equal((await cancel(api)).status, 404);
  accepted(await setPrice(api, { price: '3', effectiveFrom }, 'set'));
  accepted(await cancel(api, 'cancel'), 204);
  assert.equal((await cancel(api)).status, 404);
  assert.equal((await api.call('/services/unknown/prices/next', { method: 'DELETE' })).status, 404);
  assert.equal('nextPrice' in (await api.get('/services/s')).json, false);
  accepted(await setPrice(api, { price: '4', effectiveFrom: '2027-02-01T00:00:00Z' }));
  // Retrying a cancellation from long ago is a replay: it sets and cancels nothing again.
  assert.equal((await setPrice(api, { price: '3', effectiveFrom }, 'set')).json.nextPrice.price, '3');
  assert.equal((await cancel(api, 'cancel')).headers.get('idempotency-replayed'), 'true');
  clock.nowMs = newYear;
  accepted(await use(api), 201);
  assert.deepEqual(await recorded(api), [[3, '2']]);
  clock.nowMs = Date.parse('2027-02-01T00:00:00Z');
  const late = await cancel(api);
  assert.deepEqual([late.status, late.json.error], [404, 'not_found'], late.text);
  accepted(await use(api), 201);
  assert.deepEqual((await recorded(api)).at(-1), [4, '4']);
  await assertClean(api);
});

const misdated: readonly (readonly [why: string, date: unknown, message: RegExp])[] = [
  ['in the past', '2026-11-20T09:59:59Z', /future/],
  ['of now', '2026-11-20T10:00:00Z', /future/],
  ['more than 731 days ahead', '2028-11-20T10:00:00.001Z', /731 days/],
  ['without an offset', '2027-01-01T00:00:00', /date and time/],
  ['that is a number', newYear, /string/],
];

for (const [why, date, message] of misdated) {
  test(`a price with a date ${why} is refused everywhere, and nothing changes`, async (t) => {
    const { api } = await start(t);
    const body = { price: '3', effectiveFrom: date };
    const owner = { description: 'd', owner: 'o' };
    for (const answer of [
      await setPrice(api, body),
      await api.post('/services', { serviceId: 's', ...body, ...owner }),
    ]) {
      assert.deepEqual([answer.status, answer.json.error], [400, 'invalid_request'], answer.text);
      const [fault] = answer.json.faults;
      assert.equal(fault.pointer, '/effectiveFrom');
      assert.match(fault.message, message);
      assert.match(answer.json.requestId, /./);
    }
    const items = [{ serviceId: 's', ...body, ...owner }];
    const [result] = (await api.post('/services/bulk', { items })).json.results;
    assert.deepEqual([result.ok, result.error], [false, 'invalid_item'], result.message);
    assert.match(result.message, message);
    const service = (await api.get('/services/s')).json;
    assert.deepEqual(service, { serviceId: 's', ...stroops(20_000_000, '2'), disabled: false });
  });
}

test('a date up to 731 days ahead is accepted, and a new or deleted service needs an immediate price', async (t) => {
  const { api } = await start(t);
  accepted(await setPrice(api, { price: '3', effectiveFrom: '2028-11-20T10:00:00Z' }));
  const fresh = { serviceId: 'new', price: '3', effectiveFrom };
  const refused = await api.post('/services', fresh);
  assert.deepEqual([refused.status, refused.json.faults[0].pointer], [400, '/effectiveFrom'], refused.text);
  const [result] = (await api.post('/services/bulk', { items: [fresh] })).json.results;
  assert.deepEqual([result.ok, result.error], [false, 'invalid_item']);
  assert.equal((await api.get('/services/new')).status, 404);
  accepted(await api.call('/services/s', { method: 'DELETE' }), 204);
  assert.equal((await setPrice(api, { price: '3', effectiveFrom })).status, 404);
  assert.equal((await api.post('/services', { serviceId: 's', price: '3', effectiveFrom })).status, 400);
  // The next price was deleted with its service, so it does not take effect at the date.
  const again = accepted(await api.post('/services', { serviceId: 's', price: '2' }), 201);
  assert.equal('nextPrice' in again.json, false);
});

test('a bulk of services sets prices at their dates, and everything else immediately', async (t) => {
  const { api, clock } = await start(t);
  const items = [
    { serviceId: 's', price: '3', effectiveFrom, description: 'd', owner: 'o' },
    { serviceId: 'other', price: '1' },
  ];
  const [first, second] = (await api.post('/services/bulk', { items })).json.results;
  assert.deepEqual([first.price, first.nextPrice.price, first.created], ['2', '3', false]);
  assert.deepEqual([second.price, 'nextPrice' in second, second.created], ['1', false, true]);
  const service = (await api.get('/services/s')).json;
  assert.deepEqual([service.price, service.nextPrice.price, service.owner], ['2', '3', 'o']);
  clock.nowMs = newYear;
  assert.equal((await api.get('/services/s')).json.price, '3');
});

test('a price with a date is in the asset of its service', async (t) => {
  const { api, clock } = await start(t);
  await api.call('/assets/USD', { method: 'PUT', body: { scale: 2 } });
  accepted(await api.post('/services', { serviceId: 'usd', price: '2', asset: 'USD' }), 201);
  const set = (body: object) => api.call('/services/usd/price', { method: 'PATCH', body });
  const refused = await set({ priceStroops: 3, effectiveFrom });
  assert.deepEqual([refused.status, refused.json.error], [422, 'asset_mismatch']);
  const { nextPrice } = accepted(await set({ price: '3.5', effectiveFrom })).json;
  assert.deepEqual(nextPrice, { version: 2, price: '3.5', per: 1, asset: 'USD', effectiveFrom });
  clock.nowMs = newYear;
  accepted(await api.post('/usage', { agent: 'a', serviceId: 'usd', requests: 2 }), 201);
  assert.equal((await api.get('/billing/a/usd')).json.amount, '7.00');
});

test('tiers with a date continue in the period of the previous tiers, and a flat price with a date ends them', async (t) => {
  const { api, clock } = await startInProcess(t, {}, november);
  const tiers = (first: string, second: string) => ({
    tiers: [{ upTo: 10, price: first }, { price: second }],
    period: 'lifetime',
  });
  accepted(await api.post('/services', { serviceId: 's', ...tiers('2', '1') }), 201);
  const { nextPrice } = accepted(await setPrice(api, { ...tiers('4', '3'), effectiveFrom })).json;
  assert.deepEqual(
    [nextPrice.version, nextPrice.tiers, nextPrice.period],
    [3, tiers('4', '3').tiers, 'lifetime'],
  );
  accepted(await use(api, 8), 201);
  clock.nowMs = newYear;
  accepted(await use(api, 4), 201);
  const amounts = async () =>
    (await api.get('/entries?agent=a')).json.items.map((entry: { amount: string }) => entry.amount);
  // Two of the four are still in the first tier, and none of them is at an earlier price.
  assert.deepEqual(await amounts(), ['16', '14']);
  accepted(await setPrice(api, { price: '7', effectiveFrom: '2027-02-01T00:00:00Z' }));
  clock.nowMs = Date.parse('2027-02-01T00:00:00Z');
  const service = (await api.get('/services/s')).json;
  assert.deepEqual([service.price, 'tiers' in service], ['7', false]);
  accepted(await use(api, 1), 201);
  assert.deepEqual(await amounts(), ['16', '14', '7']);
  await assertClean(api);
});

test('a disabled service keeps its price with a date, and still has it after it is enabled again', async (t) => {
  const { api, clock } = await start(t);
  accepted(await setPrice(api, { price: '3', effectiveFrom }));
  await api.call('/services/s/disable', { method: 'POST' });
  clock.nowMs = newYear;
  assert.equal((await use(api)).json.error, 'service_disabled');
  await api.call('/services/s/enable', { method: 'POST' });
  accepted(await use(api), 201);
  assert.deepEqual(await recorded(api), [[2, '3']]);
});

test('a price that was in force for an account stays in force when the clock is set back, until another price is set', async (t) => {
  const { api, clock } = await start(t);
  accepted(await setPrice(api, { price: '3', effectiveFrom }));
  accepted(await use(api), 201);
  clock.nowMs = newYear;
  accepted(await use(api), 201);
  clock.nowMs = newYear - hourMs;
  accepted(await use(api), 201);
  // Another account has no usage at the next price: for it, the date is still in the future.
  accepted(await use(api, 1, 'b'), 201);
  assert.deepEqual(await recorded(api), [
    [1, '2'],
    [2, '3'],
    [2, '3'],
  ]);
  assert.deepEqual(await recorded(api, 'b'), [[1, '2']]);
  assert.equal((await api.get('/billing/a/s')).json.price, '3');
  assert.equal((await api.get('/billing/b/s')).json.price, '2');
  accepted(await setPrice(api, { price: '4' }));
  accepted(await use(api), 201);
  clock.nowMs = newYear;
  accepted(await use(api), 201);
  assert.deepEqual((await recorded(api)).slice(-2), [
    [3, '4'],
    [4, '3'],
  ]);
  const bill = accepted(await api.post('/settle', { agent: 'a', serviceId: 's' })).json;
  assert.equal(bill.amount, '15.0000000');
  await assertClean(api);
});

for (const [how, withdraw] of [
  ['cancelled', (api: Api) => cancel(api)],
  ['replaced', (api: Api) => setPrice(api, { price: '5', effectiveFrom: '2027-03-01T00:00:00Z' })],
] as const) {
  test(`usage at a price that is ${how} after the clock was set back stays billed, and later usage is recorded`, async (t) => {
    const { api, clock } = await start(t);
    accepted(await setPrice(api, { price: '3', effectiveFrom }));
    clock.nowMs = newYear;
    accepted(await use(api, 2), 201);
    clock.nowMs = newYear - hourMs;
    assert.ok((await withdraw(api)).status < 300);
    accepted(await use(api, 5), 201);
    assert.deepEqual(await recorded(api), [
      [2, '3'],
      [3, '2'],
    ]);
    // A settlement through a position between the two, for a part of the bill.
    const part = accepted(await api.post('/settle', { agent: 'a', serviceId: 's', through: 1 })).json;
    assert.equal(part.amount, '6.0000000');
    assert.equal(
      accepted(await api.post('/settle', { agent: 'a', serviceId: 's' })).json.amount,
      '10.0000000',
    );
    await assertClean(api);
  });
}

test('events and the audit log show the next price and its date, and nothing is added at that date', async (t) => {
  const { api, clock } = await start(t);
  clock.nowMs += 1;
  accepted(await setPrice(api, { price: '3', effectiveFrom }));
  clock.nowMs += 1;
  accepted(await setPrice(api, { price: '3', effectiveFrom }));
  accepted(await cancel(api), 204);
  const next = { ...stroops(30_000_000, '3'), effectiveFrom };
  const events = (await api.get('/events?order=asc&type=service.changed')).json.items;
  assert.deepEqual(
    events.map(({ data }: { data: object }) => data),
    [
      { serviceId: 's', ...stroops(20_000_000, '2'), nextPrice: next, disabled: false },
      { serviceId: 's', ...stroops(20_000_000, '2'), disabled: false },
    ],
  );
  const acts = (await api.get('/audit-log?action=service.changed')).json.items;
  assert.deepEqual(
    acts.map(({ details }: { details: object }) => details),
    [{ nextPrice: { from: next, to: null } }, { nextPrice: { from: null, to: next } }],
  );
  accepted(await setPrice(api, { price: '3', effectiveFrom }));
  clock.nowMs = newYear;
  accepted(await use(api), 201);
  await api.call('/services/s/disable', { method: 'POST' });
  const [disabled] = (await api.get('/audit-log?action=service.changed')).json.items;
  assert.deepEqual(disabled.details, { disabled: { from: false, to: true } });
  assert.equal((await api.get('/events?type=service.changed')).json.items.length, 3);
  await assertClean(api);
});
