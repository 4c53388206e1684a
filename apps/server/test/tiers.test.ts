// Tests prices in tiers: which usage belongs to which tier during a period, with bills, reversals, price changes,
// balances and holds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';

const november = Date.parse('2026-11-20T10:00:00Z');
const graduated = { tiers: [{ upTo: 100, price: '3' }, { price: '2' }], period: 'month' };
const packages = { tiers: [{ price: '5', package: 1_000 }], period: 'month' };

async function start(t: Parameters<typeof startInProcess>[0], price: object, nowMs = november) {
  const server = await startInProcess(t, {}, nowMs);
  const put = await server.api.post('/services', { serviceId: 's', ...price });
  assert.equal(put.status, 201, put.text);
  return server;
}

async function use(api: Api, requests: number, key?: string) {
  const sent = await api.post('/usage', { agent: 'a', serviceId: 's', requests }, key);
  assert.equal(sent.status, 201, sent.text);
  return sent.headers.get('location')?.split('/').at(-1) ?? '';
}

const setPrice = (api: Api, body: object, key?: string) =>
  api.call('/services/s/price', { method: 'PATCH', body, ...(key === undefined ? {} : { key }) });

async function tiersOf(api: Api, id: string) {
  const { tiers, amount, price } = (await api.get(`/entries/${id}`)).json;
  assert.equal(price, null);
  return [
    tiers.map((one: { tier: number; requests: number; packages?: number }) => [
      one.tier,
      one.requests,
      ...(one.packages === undefined ? [] : [one.packages]),
    ]),
    amount,
  ];
}

async function linesOf(api: Api, path = '/billing/a/s') {
  const { lines } = (await api.get(path)).json;
  return lines.map((line: { tier: number; requests: number; price: string; amount: string }) => [
    line.tier,
    line.requests,
    line.price,
    line.amount,
  ]);
}

async function assertClean(api: Api) {
  const audit = (await api.get('/audit')).json;
  assert.deepEqual([audit.ok, audit.differences], [true, []]);
}

test('usage fills one tier after the other, and a quote and a bill have a line for each', async (t) => {
  const { api } = await start(t, graduated);
  const [first, second, third] = [await use(api, 60), await use(api, 60), await use(api, 10)];
  assert.deepEqual(await tiersOf(api, first), [[[1, 60]], '180']);
  assert.deepEqual(await tiersOf(api, second), [
    [
      [1, 40],
      [2, 20],
    ],
    '160',
  ]);
  assert.deepEqual(await tiersOf(api, third), [[[2, 10]], '20']);
  const lines = [
    [1, 100, '3', '300'],
    [2, 30, '2', '60'],
  ];
  assert.deepEqual(await linesOf(api), lines);
  const settled = (await api.post('/settle', { agent: 'a', serviceId: 's' })).json;
  assert.deepEqual([settled.billedStroops, settled.requests], ['3600000000', 130]);
  assert.deepEqual(await linesOf(api, `/settlements/${settled.settlementId}`), lines);
  const again = (await api.get('/billing/a/s')).json;
  assert.deepEqual([again.lines, again.billedStroops], [[], '0']);
  await assertClean(api);
});

test('a started package is charged whole, and the next one only when it is begun', async (t) => {
  const { api } = await start(t, packages);
  const [first, second, third] = [await use(api, 400), await use(api, 600), await use(api, 1_500)];
  assert.deepEqual(await tiersOf(api, first), [[[1, 400, 1]], '5']);
  assert.deepEqual(await tiersOf(api, second), [[[1, 600, 0]], '0']);
  assert.deepEqual(await tiersOf(api, third), [[[1, 1_500, 2]], '10']);
  const [line] = (await api.get('/billing/a/s')).json.lines;
  assert.deepEqual([line.package, line.packages, line.requests, line.amount], [1_000, 3, 2_500, '15']);
  await assertClean(api);
});

test('tiers begin again with the month, in UTC, and a day or a lifetime is counted separately', async (t) => {
  const { api, clock } = await start(t, graduated);
  await use(api, 120);
  clock.nowMs = Date.parse('2026-11-30T23:59:59.999Z');
  assert.deepEqual(await tiersOf(api, await use(api, 1)), [[[2, 1]], '2']);
  clock.nowMs += 1;
  assert.deepEqual(await tiersOf(api, await use(api, 1)), [[[1, 1]], '3']);
  const daily = { ...graduated, period: 'day' };
  await api.post('/services', { serviceId: 's', ...daily });
  assert.deepEqual(await tiersOf(api, await use(api, 101)), [
    [
      [1, 100],
      [2, 1],
    ],
    '302',
  ]);
  clock.nowMs += 86_400_000;
  assert.deepEqual(await tiersOf(api, await use(api, 1)), [[[1, 1]], '3']);
  await api.post('/services', { serviceId: 's', ...graduated, period: 'lifetime' });
  await use(api, 100);
  clock.nowMs += 400 * 86_400_000;
  assert.deepEqual(await tiersOf(api, await use(api, 1)), [[[2, 1]], '2']);
  await assertClean(api);
});

test('a reversal takes back the tiers that its entry used, and the next usage fills that room first', async (t) => {
  const { api } = await start(t, graduated);
  const first = await use(api, 100);
  await use(api, 50);
  await api.post('/settle', { agent: 'a', serviceId: 's' });
  const reversed = (await api.post(`/entries/${first}/reverse`, { reason: 'late' })).json;
  assert.deepEqual(
    reversed.reverses.lines[0].tiers.map((one: { tier: number; amount: string }) => [one.tier, one.amount]),
    [[1, '300']],
  );
  assert.equal((await api.get(`/entries/${reversed.id}`)).json.amount, '-300');
  assert.equal((await api.get('/billing/a/s')).json.creditStroops, '3000000000');
  // The result is as if the right number had been recorded first: 80 in the first tier, and 50 in the second.
  assert.deepEqual(await tiersOf(api, await use(api, 80)), [[[1, 80]], '240']);
  assert.deepEqual(await tiersOf(api, await use(api, 30)), [
    [
      [1, 20],
      [2, 10],
    ],
    '80',
  ]);
  assert.deepEqual(await linesOf(api), [[2, 10, '2', '20']]);
  await assertClean(api);
});

test('a partial reversal takes units from the end of an entry: the rest costs what a smaller entry would have', async (t) => {
  const { api } = await start(t, graduated);
  const id = await use(api, 130);
  const part = (requests: number) => api.post(`/entries/${id}/reverse`, { reason: 'r', requests });
  const amountOf = async (sent: ReturnType<typeof part>) =>
    (await api.get(`/entries/${(await sent).json.id}`)).json.amount;
  assert.equal(await amountOf(part(20)), '-40');
  assert.equal(await amountOf(part(20)), '-50');
  assert.equal(await amountOf(part(90)), '-270');
  assert.deepEqual(await linesOf(api), []);
  await assertClean(api);
});

test('a package is returned with the part of the entry that began it', async (t) => {
  const { api } = await start(t, packages);
  await use(api, 900);
  const id = await use(api, 1_200);
  const back = async (requests: number) => {
    const { json } = await api.post(`/entries/${id}/reverse`, { reason: 'r', requests });
    return json.reverses.lines[0].tiers[0].packages;
  };
  // 100 of it were in the previous entry's package, 1,000 in one package, and 100 in another one.
  assert.deepEqual([await back(99), await back(1), await back(999), await back(1)], [0, 1, 0, 1]);
  await assertClean(api);
});

test('clearing an account returns its tiers, but not those that are billed', async (t) => {
  const { api } = await start(t, graduated);
  await use(api, 60);
  await api.post('/settle', { agent: 'a', serviceId: 's' });
  await use(api, 60);
  const cleared = await api.call('/usage/a/s', { method: 'DELETE' });
  assert.equal(cleared.json.clearedTotal, 60, cleared.text);
  assert.deepEqual(await linesOf(api), []);
  assert.deepEqual(await tiersOf(api, await use(api, 50)), [
    [
      [1, 40],
      [2, 10],
    ],
    '140',
  ]);
  await assertClean(api);
});

test('a reversal frees no room in another period or at another price, and clearing everything empties the tiers', async (t) => {
  const { api, clock } = await start(t, graduated);
  const before = await use(api, 100);
  clock.nowMs = Date.parse('2026-12-01T00:00:00Z');
  const now = await use(api, 100);
  assert.equal((await api.post(`/entries/${before}/reverse`, { reason: 'late' })).status, 201);
  assert.deepEqual(await tiersOf(api, await use(api, 1)), [[[2, 1]], '2']);
  await setPrice(api, { tiers: [{ upTo: 100, price: '9' }, { price: '7' }], period: 'month' });
  await use(api, 30);
  assert.equal((await api.post(`/entries/${now}/reverse`, { reason: 'late' })).status, 201);
  assert.deepEqual(await tiersOf(api, await use(api, 1)), [[[2, 1]], '7']);
  clock.nowMs = Date.parse('2027-01-01T00:00:00Z');
  await api.post('/settle', { agent: 'a', serviceId: 's' });
  await use(api, 120);
  assert.equal((await api.call('/usage/a/s', { method: 'DELETE' })).json.clearedTotal, 120);
  assert.deepEqual(await tiersOf(api, await use(api, 1)), [[[1, 1]], '9']);
  await assertClean(api);
});

test('a later price does not change recorded usage, and continues at the count that the period has reached', async (t) => {
  const { api } = await start(t, graduated);
  await use(api, 80);
  const dearer = {
    tiers: [{ upTo: 50, price: '9' }, { upTo: 100, price: '8' }, { price: '7' }],
    period: 'month',
  };
  const set = await setPrice(api, dearer);
  assert.equal(set.status, 200, set.text);
  assert.deepEqual(await tiersOf(api, await use(api, 30)), [
    [
      [2, 20],
      [3, 10],
    ],
    '230',
  ]);
  await setPrice(api, { price: '1' });
  await use(api, 5);
  assert.deepEqual(await linesOf(api), [
    [1, 80, '3', '240'],
    [2, 20, '8', '160'],
    [3, 10, '7', '70'],
    [undefined, 5, '1', '5'],
  ]);
  const { items } = (await api.get('/services/s/prices')).json;
  assert.deepEqual(
    items.map((one: { version: number; price: string; tiers?: object[] }) => [
      one.version,
      one.price,
      one.tiers?.length,
    ]),
    [
      [1, '3', undefined],
      [2, '3', 2],
      [3, '9', 3],
      [4, '1', undefined],
    ],
  );
  await assertClean(api);
});

test('usage recorded before the first price costs as much as the first tier', async (t) => {
  const { api } = await startInProcess(t, {}, november);
  await api.post('/usage', { agent: 'a', serviceId: 's', requests: 500 });
  await api.post('/services', { serviceId: 's', ...graduated });
  await use(api, 10);
  assert.deepEqual(await linesOf(api), [
    [undefined, 500, '3', '1500'],
    [1, 10, '3', '30'],
  ]);
  await assertClean(api);
});

test('quantities with places fall into tiers of whole units', async (t) => {
  const { api } = await start(t, { ...graduated, unitScale: 3 });
  const sent = await api.post('/usage', { agent: 'a', serviceId: 's', quantity: '100.5' });
  const id = sent.headers.get('location')?.split('/').at(-1) ?? '';
  assert.deepEqual(await tiersOf(api, id), [
    [
      [1, 100_000],
      [2, 500],
    ],
    '301',
  ]);
  const { tiers } = (await api.get(`/entries/${id}`)).json;
  assert.deepEqual(
    tiers.map((one: { quantity: string }) => one.quantity),
    ['100.000', '0.500'],
  );
  await assertClean(api);
});

test('a prepaid agent pays the cost of its tiers, and gets exactly that back', async (t) => {
  const { api } = await start(t, graduated);
  await api.call('/agents/a/billing', { method: 'PUT', body: { mode: 'prepaid' } });
  await api.post('/agents/a/grants', { amount: '361' });
  const id = await use(api, 130);
  assert.equal((await api.get(`/entries/${id}`)).json.drawn, '360');
  const refused = await api.post('/usage', { agent: 'a', serviceId: 's', requests: 1 });
  assert.deepEqual(
    [refused.status, refused.json.error, refused.json.required],
    [402, 'insufficient_balance', '2'],
  );
  for (const requests of [31, 99]) await api.post(`/entries/${id}/reverse`, { reason: 'r', requests });
  assert.equal((await api.get('/agents/a/balance')).json.available, '361');
  const asked = (await api.get('/agents/a/allowance?serviceId=s&requests=131')).json;
  assert.deepEqual([asked.allowed, asked.error], [false, 'insufficient_balance']);
  assert.equal((await api.get('/agents/a/allowance?serviceId=s&requests=130')).json.allowed, true);
  await assertClean(api);
});

test('a hold reserves the cost of the dearest tier, and its capture pays the tiers that the usage falls into', async (t) => {
  const { api } = await start(t, graduated);
  await api.call('/agents/a/billing', { method: 'PUT', body: { mode: 'prepaid' } });
  await api.post('/agents/a/grants', { amount: '1000' });
  await use(api, 100);
  const hold = (await api.post('/holds', { agent: 'a', serviceId: 's', requests: 10 })).json;
  assert.equal(hold.amount, '30');
  const captured = await api.post(`/holds/${hold.id}/capture`, { requests: 10 });
  assert.equal(captured.json.captured ?? captured.json.drawn, '20', captured.text);
  assert.equal((await api.get('/agents/a/balance')).json.available, '680');
  await assertClean(api);
});

test('a retry at every later state is answered as before and moves no tier', async (t) => {
  const { api, clock } = await start(t, graduated, Date.parse('2026-11-30T23:00:00Z'));
  const sent = { agent: 'a', serviceId: 's', requests: 90 };
  const first = await api.post('/usage', sent, 'use');
  const set = await setPrice(api, packages, 'price');
  const id = first.headers.get('location')?.split('/').at(-1) ?? '';
  const back = await api.post(`/entries/${id}/reverse`, { reason: 'r', requests: 5 }, 'back');
  const state = async () => [(await api.get('/billing/a/s')).text, (await api.get('/entries')).text];
  const before = await state();
  const retryAll = async () => {
    const [again, setAgain, backAgain] = [
      await api.post('/usage', sent, 'use'),
      await setPrice(api, packages, 'price'),
      await api.post(`/entries/${id}/reverse`, { reason: 'r', requests: 5 }, 'back'),
    ];
    assert.deepEqual([again.text, setAgain.text, backAgain.text], [first.text, set.text, back.text]);
  };
  await retryAll();
  assert.deepEqual(await state(), before);
  await api.call('/services/s/disabled', { method: 'PATCH', body: { disabled: true } });
  clock.nowMs = Date.parse('2026-12-01T00:00:00Z');
  await retryAll();
  assert.deepEqual((await state())[1], before[1]);
  await assertClean(api);
});

test('an atomic bulk that is refused fills no tier', async (t) => {
  const { api } = await start(t, graduated);
  const item = { agent: 'a', serviceId: 's', requests: 90 };
  const refused = await api.post('/usage/bulk?mode=atomic', { items: [item, { ...item, requests: 0 }] });
  assert.ok(refused.status >= 400, refused.text);
  assert.deepEqual(await tiersOf(api, await use(api, 100)), [[[1, 100]], '300']);
  await api.post('/usage/bulk', { items: [item, item] });
  assert.deepEqual(await linesOf(api), [
    [1, 100, '3', '300'],
    [2, 180, '2', '360'],
  ]);
  await assertClean(api);
});

test('a statement and exports have a line for each tier, and the sums of the tenant count them', async (t) => {
  const { api } = await start(t, graduated);
  const id = await use(api, 130);
  await api.post(`/entries/${id}/reverse`, { reason: 'r', requests: 40 });
  const statement = (await api.get('/agents/a/statement')).json;
  assert.deepEqual(
    statement.usage.map((one: { tier: number; price: string; amount: string; reversedAmount: string }) => [
      one.tier,
      one.price,
      one.amount,
      one.reversedAmount,
    ]),
    [
      [1, '3', '300', '30'],
      [2, '2', '60', '60'],
    ],
  );
  assert.equal(statement.closing.unbilled, '270');
  const csv = (await api.get('/entries/export.csv')).text;
  assert.match(csv, /"\[\{""tier"":1,""requests"":100,/);
  assert.equal((await api.get('/billing/total')).json.totalStroops, '2700000000');
  assert.equal((await api.get('/agents/a/quote')).json.totalBilledStroops, '2700000000');
});

test('invalid tiers are refused with their place, and no price is set', async (t) => {
  const { api } = await startInProcess(t);
  const [a, b] = graduated.tiers;
  const wrong: [string, object][] = [
    ['/period', { tiers: [a, b] }],
    ['/period', { price: '1', period: 'month' }],
    ['/tiers', { ...graduated, price: '1' }],
    ['/tiers', { ...graduated, priceStroops: 1 }],
    ['/tiers/1/upTo', { ...graduated, tiers: [a, { ...b, upTo: 200 }] }],
    ['/tiers/0/upTo', { ...graduated, tiers: [b, b] }],
    ['/tiers/1/upTo', { ...graduated, tiers: [a, a, b] }],
    ['/tiers/0/price', { ...graduated, tiers: [{ price: '9000000.1' }] }],
    ['/tiers', { ...graduated, tiers: [] }],
    ['/tiers/0/package', { ...graduated, tiers: [{ price: '1', package: 0 }] }],
  ];
  for (const [pointer, price] of wrong) {
    const sent = await api.post('/services', { serviceId: 's', ...price });
    assert.equal(sent.status, 400, `${pointer} ${sent.text}`);
    assert.equal(sent.json.faults[0].pointer, pointer, sent.text);
  }
  assert.equal((await api.get('/services/s')).status, 404);
});
