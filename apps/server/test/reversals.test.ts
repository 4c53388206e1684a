import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { account, assertAudit, clear, price, quote, record, reverse, total } from './harness/reversing.ts';
import { essence } from './harness/workload.ts';

const noEntry = '019a7f6e-3a60-7c3e-9b1d-0123456789ab';

test('an unsettled entry is reversed at its own price, once, and a retry gets the same answer', async (t) => {
  const { api } = await startInProcess(t);
  await price(api, 10);
  const first = await record(api, 3);
  await price(api, 20);
  await record(api, 5);
  const reversed = await reverse(api, first, 'r');
  assert.equal(reversed.status, 201, reversed.text);
  const { id, recordedAt, ...rest } = reversed.json;
  assert.deepEqual(rest, {
    ...account,
    sequence: 3,
    requests: -3,
    priceVersion: 1,
    usageId: null,
    occurredAt: null,
    reverses: {
      entryId: first,
      from: 0,
      through: 1,
      reason: 'sent by mistake',
      lines: [{ priceVersion: 1, requests: 3 }],
    },
  });
  assert.equal(reversed.headers.get('location'), `/api/v1/entries/${id}`);
  const {
    priceStroops,
    price: unitPrice,
    amount,
    asset,
    amountStroops,
    settlementId,
    reversed: isReversed,
    reversedRequests,
    ...recorded
  } = (await api.get(`/entries/${id}`)).json;
  assert.deepEqual(recorded, { id, recordedAt, ...rest });
  assert.deepEqual(
    [priceStroops, amountStroops, settlementId, isReversed, reversedRequests],
    [10, '-30', null, false, 0],
  );
  assert.deepEqual([unitPrice, amount, asset], ['0.000001', '-0.000003', 'XLM']);
  assert.deepEqual((await api.get('/entries?agent=agent-7')).json.items[2].id, id);
  const retry = await reverse(api, first, 'r');
  assert.deepEqual([essence(retry), retry.headers.get('idempotency-replayed')], [essence(reversed), 'true']);
  assert.equal(await total(api), 5);
  assert.equal((await quote(api)).billedStroops, '100');
  const again = await reverse(api, first, 'r2');
  assert.deepEqual([again.status, again.json.error], [409, 'already_reversed']);
  const reversalOf = await reverse(api, id, 'r3');
  assert.deepEqual([reversalOf.status, reversalOf.json.error], [409, 'not_reversible']);
  assert.equal((await reverse(api, noEntry)).status, 404);
  await assertAudit(api, {
    entries: 3,
    recorded: { requests: 8, stroops: '130' },
    reversed: { requests: 3, stroops: '30' },
    outstanding: { requests: 5, stroops: '100' },
  });
});

test('50 simultaneous reversals of one entry with different keys reverse it once', async (t) => {
  const { api } = await startInProcess(t);
  const id = await record(api, 3);
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => reverse(api, id, `k-${n}`)));
  assert.equal(answers.filter(({ status }) => status === 201).length, 1);
  assert.equal(answers.filter(({ json }) => json.error === 'already_reversed').length, 49);
  await assertAudit(api, { reversed: { requests: 3, stroops: '0' } });
});

test('usage reversed after settlement is a credit, carried until used up; no bill is edited or below 0', async (t) => {
  const { api } = await startInProcess(t);
  await price(api, 10);
  const first = await record(api, 6);
  const bill = await api.post('/settle', account, 's1');
  assert.equal(bill.json.billedStroops, '60');
  const before = (await api.get(bill.headers.get('location')?.slice('/api/v1'.length) ?? '')).json;
  await reverse(api, first);
  assert.equal(await total(api), 0, 'a total is not below 0');
  const credit = await quote(api);
  assert.deepEqual([credit.requests, credit.billedStroops, credit.carriedStroops], [-6, '0', '0']);
  assert.equal(credit.lines[0].amountStroops, '-60');
  const second = (await api.post('/settle', account, 's2')).json;
  assert.deepEqual([second.requests, second.billedStroops, second.carriedStroops], [-6, '0', '0']);
  await record(api, 2);
  assert.deepEqual([(await quote(api)).billedStroops, (await quote(api)).carriedStroops], ['0', '-60']);
  const third = (await api.post('/settle', { ...account, expectedStroops: '0' }, 's3')).json;
  assert.deepEqual([third.requests, third.billedStroops, third.carriedStroops], [2, '0', '-60']);
  const nothing = (await api.post('/settle', account, 's4')).json;
  assert.deepEqual([nothing.settlementId, nothing.billedStroops], [null, '0']);
  await record(api, 7);
  const last = (await api.post('/settle/bulk', { agent: 'agent-7' }, 's5')).json;
  assert.equal(last.totalBilledStroops, '30');
  const bills = (await api.get('/settlements')).json.items;
  assert.deepEqual(
    bills.map((one: Record<string, string>) => [
      one['carriedStroops'],
      one['billedStroops'],
      one['carriedOnStroops'],
    ]),
    [
      ['0', '60', '0'],
      ['0', '0', '-60'],
      ['-60', '0', '-40'],
      ['-40', '30', '0'],
    ],
  );
  assert.deepEqual(bills[0], before);
  await assertAudit(api, {
    recorded: { requests: 15, stroops: '150' },
    reversed: { requests: 6, stroops: '60' },
    settled: { requests: 9, stroops: '90' },
    outstanding: { requests: 0, stroops: '0' },
  });
});

test('a settlement through an entry is refused once usage up to that entry was reversed', async (t) => {
  const { api } = await startInProcess(t);
  await price(api, 10);
  await record(api, 1);
  const id = await record(api, 4);
  const agreed = await quote(api);
  const other = await record(api, 2);
  const settle = (key: string) =>
    api.post('/settle', { ...account, through: agreed.through, expectedStroops: agreed.billedStroops }, key);
  await reverse(api, id);
  const refused = await settle('s');
  assert.deepEqual([refused.status, refused.json.error], [412, 'quote_changed'], refused.text);
  assert.deepEqual(refused.json.quote, await quote(api));
  assert.equal(await total(api), 3);
  // With the new quote the same key bills the rest, and so does a settlement through entry 1, before the reversed
  // entry.
  const { through, billedStroops } = refused.json.quote;
  assert.equal((await api.post('/settle', { ...account, through: 1 }, 's1')).json.billedStroops, '10');
  await reverse(api, other);
  const last = { ...account, through, expectedStroops: String(Number(billedStroops) - 10) };
  assert.equal(
    (await api.post('/settle', last, 's')).status,
    412,
    'entry 3 was reversed after the second quote',
  );
  assert.equal((await api.post('/settle', { ...account, through: 5 }, 's')).json.settlementId, null);
  await assertAudit(api, {
    outstanding: { requests: 0, stroops: '0' },
    settled: { requests: 1, stroops: '10' },
  });
});

test('cleared usage is not billed through an old quote, and a reversal of later usage does not change the quote', async (t) => {
  const { api } = await startInProcess(t);
  await price(api, 10);
  for (let entry = 0; entry < 5; entry++) await record(api, 1);
  assert.equal((await clear(api)).json.clearedTotal, 5);
  for (const through of [1, 5]) {
    const refused = await api.post('/settle', { ...account, through }, 's');
    assert.deepEqual([refused.status, refused.json.error], [412, 'quote_changed'], refused.text);
    assert.deepEqual([refused.json.quote.requests, refused.json.quote.through], [0, 6]);
    const tagged = await api.post('/settle', { ...account, through, expectedStroops: 0 }, 's', {
      'if-match': '*',
    });
    assert.equal(tagged.status, 412);
  }
  await record(api, 3);
  const agreed = await quote(api);
  const later = await record(api, 7);
  await reverse(api, later);
  await record(api, 9);
  await clear(api);
  const covered = await api.post('/settle', { ...account, through: agreed.through }, 's');
  assert.equal(covered.status, 412, 'the clearing took back entry 7 too');
  await record(api, 2);
  const [quoted, after] = [await quote(api), await record(api, 4)];
  await reverse(api, after);
  const settled = await api.post(
    '/settle',
    { ...account, through: quoted.through, expectedStroops: '20' },
    's',
  );
  assert.equal(settled.json.billedStroops, '20', settled.text);
  await assertAudit(api, {
    settled: { requests: 2, stroops: '20' },
    outstanding: { requests: 0, stroops: '0' },
  });
});

test('reversing settled usage after a quote changes the quote, and bulk settlements bill only the rest', async (t) => {
  const { api } = await startInProcess(t);
  await price(api, 10);
  const settledEntry = await record(api, 6);
  await api.post('/settle', account);
  await record(api, 8);
  const agreed = await quote(api);
  await reverse(api, settledEntry);
  const body = { ...account, through: agreed.through, expectedStroops: agreed.billedStroops };
  const refused = await api.post('/settle', body, 's');
  assert.deepEqual([refused.status, refused.json.quote.billedStroops], [412, '20'], refused.text);
  const bulk = await api.post('/settle/bulk', { agent: 'agent-7' }, 'b');
  assert.equal(bulk.json.totalBilledStroops, '20');
  await assertAudit(api, {
    settled: { requests: 8, stroops: '80' },
    outstanding: { requests: 0, stroops: '0' },
  });
});

test('DELETE reverses everything outstanding with one entry, erases nothing, and is safe to retry', async (t) => {
  const { api } = await startInProcess(t);
  // The request is refused, and therefore not remembered: the key is still free below.
  assert.deepEqual((await clear(api, 'd')).json.error, 'not_found');
  await record(api, 1);
  await price(api, 10);
  await record(api, 2);
  await api.post('/settle', account);
  const settled = await record(api, 4);
  const single = await record(api, 8);
  await price(api, 20);
  await record(api, 16);
  await reverse(api, single);
  const cleared = await clear(api, 'd');
  assert.deepEqual([cleared.status, cleared.json], [200, { ...account, clearedTotal: 20 }]);
  assert.equal((await clear(api, 'd')).text, cleared.text);
  assert.deepEqual((await clear(api)).json, { ...account, clearedTotal: 0 });
  assert.equal(await total(api), 0);
  const entry = (await api.get(cleared.headers.get('location')?.slice('/api/v1'.length) ?? '')).json;
  assert.deepEqual([entry.requests, entry.priceVersion], [-20, null]);
  assert.deepEqual(entry.reverses, {
    entryId: null,
    from: 2,
    through: 6,
    reason: null,
    lines: [
      { priceVersion: 1, requests: 4 },
      { priceVersion: 2, requests: 16 },
    ],
  });
  assert.equal((await reverse(api, settled)).json.error, 'already_reversed');
  assert.equal((await api.get('/entries')).json.items.length, 7);
  assert.equal((await api.post('/settle', account)).json.settlementId, null);
  await record(api, 5);
  assert.equal((await api.post('/settle', account)).json.billedStroops, '100');
  await assertAudit(api, { reversed: { requests: 28, stroops: '440' } });
});

test('clearing does not change a credit, not even that of the last settled entry', async (t) => {
  const { api } = await startInProcess(t);
  await price(api, 10);
  const last = await record(api, 2);
  await api.post('/settle', account);
  assert.equal((await reverse(api, last)).status, 201);
  await record(api, 3);
  assert.equal((await clear(api)).json.clearedTotal, 3);
  await assertAudit(api, {
    recorded: { requests: 5, stroops: '50' },
    reversed: { requests: 5, stroops: '50' },
  });
});

test('unpriced usage can be reversed, and then costs nothing when its service gets a price', async (t) => {
  const { api } = await startInProcess(t);
  const id = await record(api, 3);
  await record(api, 4);
  assert.equal((await reverse(api, id)).json.priceVersion, null);
  assert.equal((await api.get('/billing/total')).json.unpricedRequests, 4);
  await price(api, 10);
  assert.equal((await quote(api)).billedStroops, '40');
  assert.equal((await clear(api)).json.clearedTotal, 4);
  assert.equal((await quote(api)).billedStroops, '0');
  await assertAudit(api, { outstanding: { requests: 0, stroops: '0' } });
});

test('a reversal without a reason, or of an invalid id, is refused, and the key stays free', async (t) => {
  const { api } = await startInProcess(t);
  const id = await record(api, 3);
  for (const body of [{}, { reason: '' }, { reason: ' ' }, { reason: 'a\u0000' }, { reasons: 'a' }]) {
    const refused = await api.post(`/entries/${id}/reverse`, body, 'k');
    assert.deepEqual([refused.status, refused.json.error], [400, 'invalid_request'], refused.text);
  }
  assert.equal((await api.post('/entries/1/reverse', { reason: 'r' }, 'k')).status, 400);
  assert.equal((await reverse(api, id, 'k')).status, 201);
});

const reversePart = (api: Api, id: string, requests: number, key?: string) =>
  api.post(`/entries/${id}/reverse`, { reason: 'a part failed', requests }, key);
const taken = async (api: Api, id: string) => {
  const { reversed, reversedRequests } = (await api.get(`/entries/${id}`)).json;
  return [reversed, reversedRequests];
};

test('an entry is reversed in parts up to the whole, each part once, and never more than its requests', async (t) => {
  const { api } = await startInProcess(t);
  await price(api, 10);
  const id = await record(api, 10);
  await price(api, 20);
  const part = await reversePart(api, id, 3, 'p1');
  assert.equal(part.status, 201, part.text);
  assert.deepEqual([part.json.requests, part.json.reverses.lines], [-3, [{ priceVersion: 1, requests: 3 }]]);
  const retry = await reversePart(api, id, 3, 'p1');
  assert.deepEqual([essence(retry), retry.headers.get('idempotency-replayed')], [essence(part), 'true']);
  assert.equal((await reversePart(api, id, 4, 'p1')).status, 409, 'the number is part of the fingerprint');
  assert.deepEqual(await taken(api, id), [false, 3]);
  assert.deepEqual([await total(api), (await quote(api)).billedStroops], [7, '70']);
  for (const [requests, code] of [
    [8, 'already_reversed'],
    [11, 'not_reversible'],
  ] as const) {
    const refused = await reversePart(api, id, requests);
    assert.deepEqual([refused.status, refused.json.error], [409, code]);
  }
  assert.equal((await reversePart(api, id, 0)).status, 400);
  assert.equal((await reversePart(api, id, 5)).status, 201);
  const rest = await reverse(api, id);
  assert.equal(rest.json.requests, -2);
  assert.deepEqual(await taken(api, id), [true, 10]);
  assert.equal((await reverse(api, id)).json.error, 'already_reversed');
  const listed = (await api.get('/entries/export.json')).json.items[0];
  assert.deepEqual([listed.reversed, listed.reversedRequests], [true, 10]);
  await assertAudit(api, {
    reversed: { requests: 10, stroops: '100' },
    outstanding: { requests: 0, stroops: '0' },
  });
});

test('the rest of a partly reversed entry is billed, cleared, or becomes a credit', async (t) => {
  const { api } = await startInProcess(t);
  await price(api, 10);
  const [cleared, billed] = [await record(api, 6), await record(api, 8)];
  await reversePart(api, cleared, 2);
  await api.post('/settle', { ...account, through: 3 });
  await reversePart(api, billed, 3);
  await record(api, 5);
  // 12 were billed, and 3 of them are a credit.
  assert.equal((await quote(api)).billedStroops, '20');
  const last = await record(api, 4);
  await reversePart(api, last, 1);
  assert.equal((await clear(api)).json.clearedTotal, 8);
  assert.deepEqual(await taken(api, last), [true, 4]);
  assert.deepEqual(await taken(api, billed), [false, 3]);
  assert.equal((await reversePart(api, last, 1)).json.error, 'already_reversed');
  assert.equal((await quote(api)).creditStroops, '30');
  await assertAudit(api, { settled: { requests: 12, stroops: '120' } });
});

test('50 simultaneous reversals of 3 of 100 requests reverse 99, and the balance gets their cost back', async (t) => {
  const { api } = await startInProcess(t);
  await price(api, 7);
  await api.call('/agents/agent-7/billing', { method: 'PUT', body: { mode: 'prepaid' } });
  await api.post('/agents/agent-7/grants', { amount: '0.0001' });
  const id = await record(api, 100);
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => reversePart(api, id, 3, `k-${n}`)));
  assert.equal(answers.filter(({ status }) => status === 201).length, 33);
  assert.equal(answers.filter(({ json }) => json.error === 'already_reversed').length, 17);
  assert.deepEqual(await taken(api, id), [false, 99]);
  const { available, refunded } = (await api.get('/agents/agent-7/balance')).json;
  assert.deepEqual([available, refunded], ['0.0000993', '0.0000693']);
  assert.equal((await reverse(api, id)).json.drawn, '-0.0000007');
  assert.equal((await api.get('/agents/agent-7/balance')).json.available, '0.0001');
  const { balances } = (await api.get('/audit')).json;
  assert.deepEqual(balances.differences, []);
  await assertAudit(api, { reversed: { requests: 100, stroops: '700' } });
});
