// Statements of an agent: its grants, usage, bills and remaining money in a period.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { formatDecimal, parseDecimal } from '../src/domain/amount.ts';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { rounds } from './harness/rounds.ts';
import { seededRandom } from './harness/seeded-random.ts';
import { adminKey, apiOfTenant, asAdmin, withHeaders } from './harness/tenants.ts';

const november = Date.UTC(2026, 10);
const dayMs = 86_400_000;
const at = (ms: number) => new Date(ms).toISOString();
const path = '/agents/ada/statement';
const spanOf = (from: number, to: number) => `?from=${at(from)}&to=${at(to)}`;

const put = async (api: Api, where: string, body: object) =>
  assert.equal((await api.call(where, { method: 'PUT', body })).status, 200);

async function record(api: Api, serviceId: string, requests: number): Promise<string> {
  const answer = await api.post('/usage', { agent: 'ada', serviceId, requests });
  assert.equal(answer.status, 201, answer.text);
  return String(answer.headers.get('location')).split('/').at(-1) ?? '';
}

/** An amount as a whole number of 10^-18. */
function exact(text: string): bigint {
  const amount = parseDecimal(text.replace('-', ''), 18);
  assert.ok(amount !== undefined, text);
  return text.startsWith('-') ? -amount : amount;
}

const shown = (amount: bigint) => formatDecimal(amount, 18);

interface Sums {
  readonly available: string;
  readonly unbilled: string;
}

interface Stated {
  readonly opening: Sums;
  readonly closing: Sums;
  readonly totals: Readonly<Record<string, string>>;
  readonly usage: readonly {
    readonly serviceId: string;
    readonly priceVersion: number | null;
    readonly price: string | null;
    readonly requests: number;
    readonly amount: string | null;
    readonly reversedRequests: number;
    readonly href: string;
  }[];
}

/** Asserts the equations of a statement. */
function assertAddsUp({ opening, closing, totals }: Stated): void {
  const sum = (start: string, plus: readonly string[], less: readonly string[]) => {
    const amounts = [
      ...plus.map((name) => exact(totals[name] ?? '')),
      ...less.map((name) => -exact(totals[name] ?? '')),
    ];
    return shown(amounts.reduce((total, amount) => total + amount, exact(start)));
  };
  assert.equal(
    sum(opening.available, ['granted', 'refunded'], ['drawn', 'expired', 'voided', 'held']),
    closing.available,
  );
  assert.equal(
    sum(opening.unbilled, ['used', 'writtenOff'], ['reversed', 'paid', 'billed']),
    closing.unbilled,
  );
}

test('a statement has grants, usage by service and price, reversals, bills and write-offs, and adds up', async (t) => {
  const { api, clock } = await startInProcess(t, {}, november - 2 * dayMs);
  await api.post('/services', { serviceId: 'images', priceStroops: 5_000_000, unit: 'image' });
  await api.post('/services', { serviceId: 'search', priceStroops: 25 });
  const early = await record(api, 'search', 4);
  await record(api, 'images', 1);
  clock.nowMs = november + dayMs;
  const settled = await api.post('/settle', { agent: 'ada', serviceId: 'search', runId: 'late-october' });
  await record(api, 'images', 3);
  await api.post('/services', { serviceId: 'images', priceStroops: 10_000_000 });
  await record(api, 'images', 2);
  await record(api, 'unpriced', 7);
  const taken = await api.post(`/entries/${early}/reverse`, { reason: 'a dispute' });
  await api.post('/settle', { agent: 'ada', serviceId: 'search' });
  await api.post('/credits/ada/search/write-off', {
    kind: 'paid_out',
    reason: 'paid back',
    expectedStroops: '100',
  });
  await put(api, '/agents/ada/billing', { mode: 'prepaid' });
  await api.post('/agents/ada/grants', { amount: '10.5', id: 'invoice-7', note: 'invoice 7 <b>' });
  await api.post('/agents/ada/grants', {
    amount: '3',
    id: 'gift',
    expiresAt: at(november + 3 * dayMs),
    priority: 900,
  });
  const drawn = await record(api, 'images', 4);
  await api.post(`/entries/${drawn}/reverse`, { reason: 'it failed' });
  await record(api, 'images', 5);
  await api.post('/holds', {
    agent: 'ada',
    serviceId: 'images',
    requests: 1,
    id: 'hold-1',
    expiresInMs: dayMs,
  });
  await api.call('/agents/ada/grants/invoice-7/void', { method: 'POST' });
  clock.nowMs = november + 40 * dayMs;
  await record(api, 'search', 1);

  const october = (await api.get(`${path}?to=${at(november)}`)).json;
  assert.deepEqual(
    [october.from, october.opening, october.closing],
    ['1970-01-01T00:00:00.000Z', { available: '0', unbilled: '0' }, { available: '0', unbilled: '0.50001' }],
  );
  const stated = (await api.get(path + spanOf(november, november + 30 * dayMs))).json;
  const { opening, closing, totals, grants, usage, bills, writeOffs } = stated;
  assertAddsUp(stated);
  assert.deepEqual(opening, october.closing);
  const links = `/api/v1/entries?agent=ada&serviceId=images&from=${encodeURIComponent(stated.from)}&to=${encodeURIComponent(stated.to)}`;
  const images = { serviceId: 'images', unit: 'image', afterSequence: 1, throughSequence: 6, href: links };
  assert.deepEqual(
    usage.filter(({ serviceId }: { serviceId: string }) => serviceId === 'images'),
    [
      {
        ...images,
        priceVersion: 1,
        price: '0.5',
        requests: 3,
        amount: '1.5',
        reversedRequests: 0,
        reversedAmount: '0',
      },
      {
        ...images,
        priceVersion: 2,
        price: '1',
        requests: 11,
        amount: '11',
        reversedRequests: 4,
        reversedAmount: '4',
      },
    ],
  );
  const others = usage.filter(({ serviceId }: { serviceId: string }) => serviceId !== 'images');
  assert.deepEqual(
    others.map((line: Stated['usage'][number]) => [
      line.serviceId,
      line.priceVersion,
      line.price,
      line.requests,
      line.amount,
      line.reversedRequests,
    ]),
    [
      ['search', 1, '0.0000025', 0, '0', 4],
      ['unpriced', null, null, 7, null, 0],
    ],
  );
  const [bill] = bills;
  assert.deepEqual(
    [bill.settlementId, bill.amount, bill.runId],
    [settled.json.settlementId, '0.00001', 'late-october'],
  );
  assert.equal((await api.get(bill.href.replace('/api/v1', ''))).json.id, bill.settlementId);
  assert.deepEqual(
    writeOffs.map((line: object) => ({ ...line, href: '' })),
    [
      {
        serviceId: 'search',
        kind: 'paid_out',
        amount: '0.00001',
        reason: 'paid back',
        sequence: 3,
        href: '',
      },
    ],
  );
  assert.deepEqual(
    grants.map((line: { kind: string; grantId: string; amount: string; note: string | null }) => [
      line.kind,
      line.amount,
      line.note,
    ]),
    [
      ['granted', '10.5', 'invoice 7 <b>'],
      ['granted', '3', null],
      ['refunded', '4', null],
      ['voided', grants.at(-1).amount, 'invoice 7 <b>'],
    ].slice(0, grants.length),
  );
  assert.equal((await api.get(grants[0].href.replace('/api/v1', ''))).json.id, 'invoice-7');
  const refunded = grants.find(({ kind }: { kind: string }) => kind === 'refunded');
  assert.equal((await api.get(`/entries/${refunded.entryId}`)).json.reverses.reason, 'it failed');
  assert.deepEqual(
    [totals.granted, totals.drawn, totals.refunded, totals.paid, totals.held],
    ['13.5', '9', '4', '5', '1'],
  );
  assert.equal(taken.status, 201);
  // Usage that is on no bill equals what a settlement of all accounts would bill, and its credits.
  const quote = (await api.get('/agents/ada/quote')).json;
  const now = (await api.get(path)).json;
  const stroops = BigInt(quote.totalBilledStroops) - BigInt(quote.totalCreditStroops);
  assert.equal(now.closing.unbilled, shown(stroops * 10n ** 11n));
  const entries = (await api.get(usage[0].href.replace('/api/v1', ''))).json.items;
  assert.deepEqual(
    entries.map(({ requests }: { requests: number }) => requests),
    [3, 2, 4, -4, 5],
  );
  assert.deepEqual(Object.keys(closing), ['available', 'unbilled']);
  assert.equal((await api.get('/audit')).json.ok, true);
});

test('statements of consecutive periods join, add up, and agree with the entries', async (t) => {
  const random = seededRandom(t);
  const { api, clock } = await startInProcess(t, {}, november);
  const services = ['a', 'b', 'c'];
  for (const serviceId of ['a', 'b'])
    await api.post('/services', { serviceId, priceStroops: 1 + random.below(500) });
  const made: string[] = [];
  const acts: readonly (() => Promise<unknown>)[] = [
    async () => {
      const serviceId = random.pick(services);
      const answer = await api.post('/usage', { agent: 'ada', serviceId, requests: 1 + random.below(20) });
      if (answer.status === 201) made.push(String(answer.headers.get('location')).split('/').at(-1) ?? '');
    },
    async () => await api.post(`/entries/${made[random.below(made.length)]}/reverse`, { reason: 'random' }),
    async () => await api.call(`/usage/ada/${random.pick(services)}`, { method: 'DELETE' }),
    async () => await api.post('/settle/bulk', { agent: 'ada' }),
    async () =>
      await api.post('/services', { serviceId: random.pick(services), priceStroops: random.below(900) }),
    async () => await api.post('/agents/ada/grants', { amount: `0.000${1 + random.below(9)}` }),
    async () =>
      await put(api, '/agents/ada/billing', { mode: random.pick(['prepaid', 'postpaid']), overdraft: '1' }),
    async () => {
      const [first] = (await api.get(`/billing/ada/a`)).json.lines ?? [];
      const { creditStroops } = (await api.get('/billing/ada/a')).json;
      if (first !== undefined || creditStroops === '0') return;
      await api.post('/credits/ada/a/write-off', {
        kind: 'write_off',
        reason: 'random',
        expectedStroops: creditStroops,
      });
    },
  ];
  for (let step = 0; step < rounds({ test: 150, prove: 1_500 }); step++) {
    clock.nowMs += random.below(2 * dayMs);
    const act = random.below(3) === 0 ? random.pick(acts) : acts[0];
    await act?.();
  }
  const lengthMs = clock.nowMs + 1 - november;
  const cuts = [
    0,
    ...Array.from({ length: 5 }, () => random.below(lengthMs)).sort((a, b) => a - b),
    lengthMs,
  ];
  let before: Sums = { available: '0', unbilled: '0' };
  for (const [index, cut] of cuts.slice(1).entries()) {
    const span = spanOf(november + (cuts[index] ?? 0), november + cut);
    const stated: Stated = (await api.get(path + span)).json;
    assert.deepEqual(stated.opening, before);
    assertAddsUp(stated);
    const items = (await api.get(`/entries/export.json${span}&agent=ada`)).json.items;
    for (const serviceId of services) {
      const entries = items.filter((entry: { serviceId: string }) => entry.serviceId === serviceId);
      const lines = stated.usage.filter((line) => line.serviceId === serviceId);
      const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0);
      const requests: number[] = entries.map((entry: { requests: number }) => entry.requests);
      assert.equal(sumOf(lines.map((line) => line.requests)), sumOf(requests.filter((one) => one > 0)));
      assert.equal(
        -sumOf(lines.map((line) => line.reversedRequests)),
        sumOf(requests.filter((one) => one < 0)) || -0,
      );
    }
    before = stated.closing;
  }
  const quote = (await api.get('/agents/ada/quote')).json;
  const stroops = BigInt(quote.totalBilledStroops) - BigInt(quote.totalCreditStroops);
  assert.equal(before.unbilled, shown(stroops * 10n ** 11n));
  assert.equal(before.available, (await api.get('/agents/ada/balance')).json.available);
});

test('the columns of the file add up to its last row, and the page shows the same rows, with all text escaped', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 'search', priceStroops: 25 });
  const note = '=1+1 <script>alert(1)</script> & "x"';
  await api.post('/agents/ada/grants', { amount: '0.25', note });
  const entry = await record(api, 'search', 5);
  await put(api, '/agents/ada/billing', { mode: 'prepaid' });
  await record(api, 'search', 2);
  await api.post(`/entries/${entry}/reverse`, { reason: 'wrong' });
  await api.post('/settle', { agent: 'ada', serviceId: 'search' });
  const csv = await api.get('/agents/ada/statement.csv');
  assert.equal(csv.headers.get('content-disposition'), 'attachment; filename=statement.csv');
  assert.ok(csv.text.includes(`"'=1+1 <script>`), csv.text);
  const [head = '', ...rows] = csv.text.trim().split('\r\n');
  const columns = head.split(',');
  assert.deepEqual(columns.slice(0, 3), ['kind', 'at', 'serviceId']);
  for (const column of ['balance', 'unbilled']) {
    const amounts = rows.map((row) => exact(row.split(',')[columns.indexOf(column)] || '0'));
    const last = amounts.pop();
    assert.equal(
      amounts.reduce((sum, amount) => sum + amount, 0n),
      last,
      column,
    );
  }
  const page = await api.get('/agents/ada/statement.html');
  assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
  assert.equal(page.text.match(/<tr/g)?.length, rows.length + 1);
  assert.ok(!page.text.includes('<script'));
  assert.ok(page.text.includes('=1+1 &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;'));
  const style = /<style>([^<]*)<\/style>/.exec(page.text)?.[1] ?? '';
  const digest = createHash('sha256').update(style).digest('base64');
  assert.ok(page.headers.get('content-security-policy')?.includes(`style-src 'sha256-${digest}'`));
});

test('a statement is empty for an unknown agent, in another asset, and for another tenant', async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const [acme, other] = [await apiOfTenant(api, 'acme'), await apiOfTenant(api, 'other')];
  await acme.post('/services', { serviceId: 'search', priceStroops: 25 });
  await record(acme, 'search', 5);
  const empty = { available: '0', unbilled: '0' };
  for (const [of, query] of [
    [other, ''],
    [acme, '?asset=USD'],
    [acme, '?to=2020-01-01T00:00:00Z'],
  ] as const) {
    const { opening, closing, usage, grants, bills } = (await of.get(path + query)).json;
    assert.deepEqual([opening, closing, usage, grants, bills], [empty, empty, [], [], []], query);
  }
  const wrong = await acme.get(`${path}?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z`);
  assert.deepEqual(
    [wrong.status, wrong.json.error, wrong.json.faults[0].pointer],
    [400, 'invalid_request', '/from'],
  );
  const bound = { label: 'ada', tenant: 'acme', scopes: ['read'], agent: 'ada' };
  const made = await api.post('/api-keys', bound, undefined, asAdmin);
  assert.equal(made.status, 201, made.text);
  const own = withHeaders(api, { 'x-api-key': made.json.key });
  for (const form of ['', '.csv', '.html']) {
    assert.equal((await own.get(`/agents/ada/statement${form}`)).status, 200);
    assert.equal((await own.get(`/agents/ben/statement${form}`)).status, 403);
  }
});
