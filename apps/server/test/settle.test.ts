import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api, ApiAnswer } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { seededRandom } from './harness/seeded-random.ts';

const account = { agent: 'agent-7', serviceId: 'search' };

interface ListedSettlement {
  readonly id: string;
  readonly agent: string;
  readonly serviceId: string;
  readonly number: number;
  readonly from: number;
  readonly through: number;
  readonly requests: number;
  readonly billedStroops: string;
}

interface ListedEntry {
  readonly requests: number;
  readonly priceVersion: number;
  readonly sequence: number;
}

/** Returns all items of a list, page by page. */
async function all<T>(api: Api, path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor = '';
  for (let hasMore = true; hasMore; ) {
    const at: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page: ApiAnswer = await api.get(`${path}&limit=500${at}`);
    assert.equal(page.status, 200, page.text);
    items.push(...page.json.items);
    ({ hasMore, nextCursor: cursor } = page.json);
  }
  return items;
}

/** Asserts that the bills of an account include each of its entries exactly once, at its own price. */
async function assertBilledExactly(
  api: Api,
  { agent, serviceId }: typeof account,
  priceOf: (version: number) => number,
): Promise<number> {
  const of = `agent=${agent}&serviceId=${serviceId}`;
  const entries = await all<ListedEntry>(api, `/entries?${of}`);
  const bills = await all<ListedSettlement>(api, `/settlements?${of}`);
  let through = 0;
  for (const [index, bill] of bills.entries()) {
    assert.equal(bill.number, index + 1);
    assert.equal(bill.from, through);
    const covered = entries.slice(bill.from, bill.through);
    assert.equal(covered.at(-1)?.sequence, bill.through);
    const stroops = covered.reduce(
      (sum, { requests, priceVersion }) => sum + requests * priceOf(priceVersion),
      0,
    );
    assert.equal(bill.billedStroops, String(stroops), bill.id);
    assert.equal(
      bill.requests,
      covered.reduce((sum, { requests }) => sum + requests, 0),
    );
    through = bill.through;
  }
  const outstanding = entries.slice(through).reduce((sum, { requests }) => sum + requests, 0);
  assert.equal((await api.get(`/usage/${agent}/${serviceId}`)).json.total, outstanding);
  return entries.reduce((sum, { requests }) => sum + requests, 0);
}

test('with usage, settlements and price changes in a race, each entry is billed once, at the price when it was recorded', async (t) => {
  const { api } = await startInProcess(t);
  const random = seededRandom(t);
  const accounts = ['a', 'b', 'c'].flatMap((agent) => ['x', 'y'].map((serviceId) => ({ agent, serviceId })));
  for (const serviceId of ['x', 'y']) await api.post('/services', { serviceId, priceStroops: 1 }, serviceId);
  const sent = new Map(accounts.map(({ agent, serviceId }) => [`${agent} ${serviceId}`, 0]));
  const racers = Array.from({ length: 900 }, async (_, number) => {
    const one = random.pick(accounts);
    const kind = random.below(10);
    const key = `k-${number}`;
    if (kind < 7) {
      const requests = 1 + random.below(50);
      const name = `${one.agent} ${one.serviceId}`;
      sent.set(name, (sent.get(name) ?? 0) + requests);
      return await api.post('/usage', { ...one, requests }, key);
    }
    if (kind === 7) return await api.post('/settle', one, key);
    if (kind === 8) return await api.post('/settle/bulk', { agent: one.agent }, key);
    const body = { priceStroops: 2 + number };
    return await api.call(`/services/${one.serviceId}/price`, { method: 'PATCH', key, body });
  });
  for (const { status, text } of await Promise.all(racers)) assert.ok(status === 200 || status === 201, text);
  for (const one of accounts) {
    const prices = new Map<number, number>();
    for (const bill of await all<{ readonly lines: ListedLine[] }>(
      api,
      `/settlements?serviceId=${one.serviceId}`,
    )) {
      for (const line of bill.lines) {
        const known = prices.get(line.priceVersion) ?? line.priceStroops;
        assert.equal(line.priceStroops, known, 'a price version has one price for ever');
        prices.set(line.priceVersion, known);
      }
    }
    const priceOf = (version: number) => prices.get(version) ?? Number.NaN;
    const recorded = await assertBilledExactly(api, one, priceOf);
    assert.equal(recorded, sent.get(`${one.agent} ${one.serviceId}`));
  }
  const audit = (await api.get('/audit')).json;
  assert.deepEqual(audit.differences, []);
  assert.equal(audit.settled.requests + audit.outstanding.requests, audit.recorded.requests);
});

interface ListedLine {
  readonly priceVersion: number;
  readonly priceStroops: number;
}

test('50 simultaneous settlements with 50 keys bill once, and so do 50 with one key', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 'search', priceStroops: 5 });
  for (const keyOf of [(number: number) => `own-${number}`, () => 'one']) {
    await api.post('/usage', { ...account, requests: 7 });
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, number) => api.post('/settle', account, keyOf(number))),
    );
    const billed = answers.filter(({ json }) => json.billedStroops === '35');
    const ids = new Set(billed.map(({ json }) => json.settlementId));
    assert.equal(ids.size, 1);
    for (const { status, headers, json } of answers) {
      assert.equal(status, 200);
      if (json.settlementId !== null) {
        assert.equal(headers.get('location'), `/api/v1/settlements/${json.settlementId}`);
        continue;
      }
      assert.equal(headers.get('location'), null);
      assert.deepEqual([json.requests, json.billedStroops, json.lines], [0, '0', []]);
    }
  }
  const audit = (await api.get('/audit')).json;
  assert.equal(audit.settlements, 2);
  assert.equal(audit.settled.stroops, '70');
});

test('a price applies to usage recorded after it; unpriced usage gets the first price', async (t) => {
  const { api } = await startInProcess(t);
  const record = (requests: number) => api.post('/usage', { ...account, requests });
  const price = (priceStroops: number) => api.post('/services', { serviceId: 'search', priceStroops });
  await record(2);
  await price(10);
  await record(3);
  await price(20);
  await price(20);
  await record(5);
  await price(10);
  await record(7);
  const quote = (await api.get('/billing/agent-7/search')).json;
  assert.deepEqual(quote.lines, [
    {
      priceVersion: 1,
      requests: 5,
      priceStroops: 10,
      price: '0.000001',
      amountStroops: '50',
      amount: '0.000005',
    },
    {
      priceVersion: 2,
      requests: 5,
      priceStroops: 20,
      price: '0.000002',
      amountStroops: '100',
      amount: '0.00001',
    },
    {
      priceVersion: 3,
      requests: 7,
      priceStroops: 10,
      price: '0.000001',
      amountStroops: '70',
      amount: '0.000007',
    },
  ]);
  assert.equal(quote.billedStroops, '220');
  assert.equal(quote.priceStroops, 10);
  const settled = (await api.post('/settle', account, 's')).json;
  assert.deepEqual(settled.lines, quote.lines);
  assert.equal((await api.get('/audit')).json.ok, true);
});

test('a settlement that does not match the expected quote charges nothing, and returns the quote', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 'search', priceStroops: 5 });
  const empty = await api.get('/billing/agent-7/search');
  await api.post('/usage', { ...account, requests: 1 });
  const old = await api.get('/billing/agent-7/search');
  await api.post('/usage', { ...account, requests: 2 });
  const quote = await api.get('/billing/agent-7/search');
  const tag = (answer: ApiAnswer) => answer.headers.get('etag') ?? '';
  const refusals = [
    await api.post('/settle', { ...account, expectedStroops: '14' }, 'k'),
    await api.post('/settle', { ...account, expectedStroops: 14 }, 'k'),
    await api.post('/settle', { ...account, through: 1, expectedStroops: '15' }, 'k'),
    await api.post('/settle', { ...account, through: 0 }, 'k'),
    await api.post('/settle', { ...account, through: 3 }, 'k'),
    await api.post('/settle', account, 'k', { 'if-match': tag(old) }),
    await api.post('/settle', account, 'k', { 'if-match': tag(empty) }),
    await api.post('/settle', account, 'k', { 'if-match': `W/${tag(quote)}` }),
    await api.post('/settle', account, 'k', { 'if-match': '"x"' }),
    await api.post('/settle', { ...account, expectedStroops: '14' }, 'k', { 'if-match': tag(quote) }),
  ];
  for (const refused of refusals) {
    assert.equal(refused.status, 412, refused.text);
    assert.equal(refused.json.error, 'quote_changed');
    assert.deepEqual(refused.json.quote, quote.json);
  }
  assert.equal((await api.get('/audit')).json.settlements, 0);
  assert.equal((await api.get('/usage/agent-7/search')).json.total, 3);
  // A refusal leaves the key free: the corrected request is executed with it.
  const first = await api.post('/settle', { ...account, through: 1, expectedStroops: '5' }, 'k');
  assert.equal(first.json.billedStroops, '5');
  const rest = await api.get('/billing/agent-7/search');
  const second = await api.post('/settle', { ...account, expectedStroops: 10 }, 'k2', {
    'if-match': `"x", ${tag(rest)}`,
  });
  assert.equal(second.json.billedStroops, '10');
  const covered = await api.post('/settle', { ...account, through: 1 }, 'k3');
  assert.equal(covered.status, 412);
  assert.equal(covered.json.quote.requests, 0);
  // The retry gets the original bill, although the quote has changed since.
  const retry = await api.post('/settle', { ...account, through: 1, expectedStroops: '5' }, 'k');
  assert.equal(retry.text, first.text);
  assert.equal((await api.get('/audit')).json.settled.stroops, '15');
});

test('settle/bulk bills every priced account of the agent in one commit, lists the others, and bills once', async (t) => {
  const { api } = await startInProcess(t);
  for (const [serviceId, priceStroops] of [
    ['b', 3],
    ['a', 2],
    ['free', 0],
  ] as const) {
    await api.post('/services', { serviceId, priceStroops });
    await api.post('/usage', { agent: 'agent-7', serviceId, requests: 10 });
    await api.post('/usage', { agent: 'other', serviceId, requests: 100 });
  }
  await api.post('/usage', { agent: 'agent-7', serviceId: 'unpriced', requests: 4 });
  const settled = await api.post('/settle/bulk', { agent: 'agent-7' }, 's');
  assert.equal(settled.status, 200);
  assert.deepEqual(
    settled.json.items.map((item: ListedSettlement) => [item.serviceId, item.requests, item.billedStroops]),
    [
      ['a', 10, '20'],
      ['b', 10, '30'],
      ['free', 10, '0'],
    ],
  );
  assert.equal(settled.json.totalBilledStroops, '50');
  assert.deepEqual(settled.json.skipped, [{ serviceId: 'unpriced', requests: 4, reason: 'unpriced' }]);
  assert.equal((await api.post('/settle/bulk', { agent: 'agent-7' }, 's')).text, settled.text);
  const again = await api.post('/settle/bulk', { agent: 'agent-7' }, 's2');
  assert.deepEqual([again.json.items, again.json.totalBilledStroops], [[], '0']);
  const unsold = await api.post('/settle', { agent: 'agent-7', serviceId: 'unpriced' }, 's3');
  assert.deepEqual(
    [unsold.status, unsold.json.message],
    [404, 'service unpriced is not registered: give it a price first'],
  );
  assert.equal((await api.get('/usage/other/a')).json.total, 100);
  const audit = (await api.get('/audit')).json;
  assert.equal(audit.settlements, 3);
  assert.equal(audit.ok, true);
});
