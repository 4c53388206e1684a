import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyAccount } from '../src/domain/account.ts';
import { inXlm } from '../src/domain/asset.ts';
import { writeOffOn } from '../src/domain/credit.ts';
import { csvText, entriesCsv } from '../src/reads/export-text.ts';
import type { Api, ApiAnswer } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { startReceiver } from './harness/receiver.ts';
import { essence } from './harness/workload.ts';

const account = { agent: 'agent-7', serviceId: 'search' };

const idOf = (answer: ApiAnswer) => answer.headers.get('location')?.split('/').at(-1) ?? '';
const record = async (api: Api, requests: number) => idOf(await api.post('/usage', { ...account, requests }));
const settle = async (api: Api, more: object = {}) => await api.post('/settle', { ...account, ...more });
const quote = async (api: Api) => (await api.get('/billing/agent-7/search')).json;
const writeOff = async (api: Api, more: object = {}, key?: string) =>
  await api.post('/credits/agent-7/search/write-off', { reason: 'account closed', ...more }, key);

/** Makes an account whose 5 requests at 10 were billed and then reversed. */
async function makeCredit(api: Api): Promise<void> {
  await api.post('/services', { serviceId: 'search', priceStroops: 10 });
  const id = await record(api, 5);
  assert.equal((await settle(api)).json.billedStroops, '50');
  assert.equal((await api.post(`/entries/${id}/reverse`, { reason: 'sent by mistake' })).status, 201);
}

async function assertAudit(api: Api, wanted: object): Promise<void> {
  const audit = (await api.get('/audit')).json;
  assert.deepEqual(audit.differences, []);
  assert.deepEqual({ ...audit, ...wanted }, audit);
}

test('a credit is written off once, even if retried, and then its service can be deleted', async (t) => {
  const { api } = await startInProcess(t);
  await makeCredit(api);
  assert.equal((await quote(api)).creditStroops, '50');
  assert.equal((await api.get('/billing/total')).json.creditStroops, '50');
  const kept = await api.call('/services/search', { method: 'DELETE' });
  assert.deepEqual([kept.status, kept.json.error], [409, 'service_has_outstanding_usage']);
  assert.match(kept.json.message, /agent-7/);
  const written = await writeOff(api, { expectedStroops: '50' }, 'w');
  assert.equal(written.status, 201, written.text);
  const { id, recordedAt, ...rest } = written.json;
  assert.deepEqual(rest, {
    ...account,
    sequence: 3,
    requests: 0,
    priceVersion: null,
    usageId: null,
    occurredAt: null,
    writesOff: { kind: 'write_off', stroops: '50', reason: 'account closed' },
  });
  assert.equal(written.headers.get('location'), `/api/v1/entries/${id}`);
  const {
    priceStroops,
    price,
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
    [null, '0', null, false, 0],
  );
  assert.deepEqual([price, amount, asset], [null, '0', 'XLM']);
  const retry = await writeOff(api, { expectedStroops: '50' }, 'w');
  assert.deepEqual([essence(retry), retry.headers.get('idempotency-replayed')], [essence(written), 'true']);
  const again = await writeOff(api, {}, 'w2');
  assert.deepEqual([again.status, again.json.error], [409, 'no_credit'], again.text);
  const reversed = await api.post(`/entries/${id}/reverse`, { reason: 'r' });
  assert.deepEqual([reversed.status, reversed.json.error], [409, 'not_reversible']);
  assert.deepEqual([(await quote(api)).creditStroops, (await quote(api)).carriedStroops], ['0', '0']);
  assert.equal((await api.get('/usage/agent-7/search')).json.total, 0);
  assert.equal((await api.call('/services/search', { method: 'DELETE' })).status, 204);
  assert.equal((await writeOff(api)).status, 404, 'nothing is left of a deleted service');
  await assertAudit(api, {
    entries: 3,
    settlements: 2,
    recorded: { requests: 5, stroops: '50' },
    reversed: { requests: 5, stroops: '50' },
    settled: { requests: 0, stroops: '50' },
    writtenOff: { stroops: '50' },
    outstanding: { requests: 0, stroops: '0' },
  });
});

test('a write-off takes the carried credit, and later bills begin after it', async (t) => {
  const { api } = await startInProcess(t);
  await makeCredit(api);
  await settle(api);
  await record(api, 2);
  await settle(api);
  assert.equal((await quote(api)).carriedStroops, '-30');
  const written = await writeOff(api, { kind: 'paid_out', expectedStroops: 30 });
  assert.deepEqual(written.json.writesOff, { kind: 'paid_out', stroops: '30', reason: 'account closed' });
  await record(api, 4);
  for (const through of [1, 3]) assert.equal((await settle(api, { through })).status, 412, `${through}`);
  assert.equal((await settle(api, { through: 3 })).json.quote.billedStroops, '40');
  assert.equal((await settle(api, { through: 4 })).json.settlementId, null);
  assert.equal((await settle(api)).json.billedStroops, '40');
  const bills = (await api.get('/settlements')).json.items;
  assert.deepEqual(
    bills.map((bill: Record<string, unknown>) => [
      bill['from'],
      bill['through'],
      bill['carriedStroops'],
      bill['billedStroops'],
      bill['carriedOnStroops'],
    ]),
    [
      [0, 1, '0', '50', '0'],
      [1, 2, '0', '0', '-50'],
      [2, 3, '-50', '0', '-30'],
      [3, 5, '0', '40', '0'],
    ],
  );
  await assertAudit(api, { writtenOff: { stroops: '30' }, settled: { requests: 6, stroops: '90' } });
});

test('the amount must equal the credit, and outstanding usage is set off first', async (t) => {
  const { api } = await startInProcess(t);
  assert.equal((await writeOff(api)).status, 404, 'the service is not registered');
  await api.post('/services', { serviceId: 'search', priceStroops: 10 });
  assert.equal((await writeOff(api)).json.error, 'no_credit');
  await makeCredit(api);
  await record(api, 3);
  assert.equal((await quote(api)).creditStroops, '20');
  for (const expectedStroops of ['50', 19, '0']) {
    const refused = await writeOff(api, { expectedStroops }, 'w');
    assert.deepEqual([refused.status, refused.json.error], [412, 'quote_changed'], refused.text);
    assert.deepEqual(refused.json.quote, await quote(api));
  }
  for (const body of [
    { reason: ' ' },
    { reason: 'r', kind: 'lost' },
    { reason: 'r', expectedStroops: -20 },
    {},
  ]) {
    assert.equal((await api.post('/credits/agent-7/search/write-off', body, 'w')).status, 400);
  }
  assert.equal((await writeOff(api, { expectedStroops: '20' }, 'w')).json.writesOff.stroops, '20');
  assert.equal((await settle(api)).json.settlementId, null);
  await record(api, 1);
  assert.equal((await writeOff(api)).json.error, 'no_credit', 'usage is outstanding, and no credit');
  assert.equal((await settle(api, { expectedStroops: '10' })).json.billedStroops, '10');
  await assertAudit(api, { writtenOff: { stroops: '20' }, outstanding: { requests: 0, stroops: '0' } });
});

test('50 simultaneous write-offs with different keys write off once, even among reversals and settlements', async (t) => {
  const { api } = await startInProcess(t);
  await makeCredit(api);
  const answers = await Promise.all(Array.from({ length: 50 }, (_, n) => writeOff(api, {}, `k-${n}`)));
  assert.equal(answers.filter(({ status }) => status === 201).length, 1);
  assert.equal(answers.filter(({ json }) => json.error === 'no_credit').length, 49);
  const ids = await Promise.all(Array.from({ length: 20 }, () => record(api, 1)));
  await settle(api);
  const racers = ids.flatMap((id, number) => [
    api.post(`/entries/${id}/reverse`, { reason: 'r' }),
    writeOff(api),
    number % 3 === 0 ? settle(api) : api.post('/usage', { ...account, requests: 1 }),
  ]);
  for (const { status, text } of await Promise.all(racers)) assert.ok(status < 300 || status === 409, text);
  await api.call('/usage/agent-7/search', { method: 'DELETE' });
  await writeOff(api);
  assert.equal((await api.call('/services/search', { method: 'DELETE' })).status, 204);
  await assertAudit(api, { outstanding: { requests: 0, stroops: '0' } });
});

test('a settlement of all accounts of an agent includes those that only have a credit', async (t) => {
  const { api } = await startInProcess(t);
  await makeCredit(api);
  const settled = await api.post('/settle/bulk', { agent: 'agent-7' });
  assert.deepEqual([settled.json.items.length, settled.json.totalBilledStroops], [1, '0'], settled.text);
  assert.deepEqual([settled.json.items[0].requests, settled.json.items[0].billedStroops], [-5, '0']);
  assert.equal((await quote(api)).carriedStroops, '-50');
  assert.deepEqual((await api.post('/settle/bulk', { agent: 'agent-7' })).json.items, []);
});

test('a write-off appears in the lists, events and deliveries', async (t) => {
  const receiver = await startReceiver(t);
  const { api, app } = await startInProcess(t, { WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true' });
  const hook = await api.post('/webhooks', { url: receiver.url, events: ['credit.written_off'] });
  assert.equal(hook.status, 201, hook.text);
  await makeCredit(api);
  const written = (await writeOff(api, { kind: 'paid_out' })).json;
  const exact = { price: null, amount: '0', asset: 'XLM' };
  const unreversed = { reversed: false, reversedRequests: 0 };
  const state = { priceStroops: null, amountStroops: '0', ...exact, settlementId: null, ...unreversed };
  assert.deepEqual((await api.get('/entries?agent=agent-7')).json.items[2], { ...written, ...state });
  const { items } = (await api.get('/events?type=credit.written_off&since=2020-01-01T00:00:00Z')).json;
  assert.deepEqual(
    items.map(({ data }: { data: object }) => data),
    [written],
  );
  assert.equal(
    (await api.get('/events/summary?since=2020-01-01T00:00:00Z')).json.counts['credit.written_off'],
    1,
  );
  await app.outbox.runOnce();
  assert.deepEqual(
    receiver.received.map(({ body }) => JSON.parse(body).data),
    [written],
  );
  await app.audit.runOnce();
  assert.match((await api.get('/metrics')).text, /billonce_written_off_stroops 50/);
});

test('a write-off has its own columns in a CSV export', async () => {
  const account = { ...emptyAccount('a', 's'), carriedStroops: -50n };
  const made = { id: '019a7f6e-3a60-7c3e-9b1d-0123456789ab', recordedAtMs: 0 };
  const { entry } = writeOffOn(account, inXlm, made, { kind: 'paid_out', stroops: 50n, reason: 'closed' });
  async function* pages() {
    yield [{ entry, state: { settlementId: undefined, reversedRequests: 0, prices: new Map() } }];
  }
  let csv = '';
  for await (const part of csvText(entriesCsv, pages())) csv += part;
  const [head = '', row = ''] = csv.split('\r\n');
  const columns = head.split(',');
  const values = row.split(',');
  assert.equal(columns.length, values.length);
  const byName = Object.fromEntries(columns.map((column, index) => [column, values[index]]));
  assert.deepEqual(
    [byName['requests'], byName['reason'], byName['writesOffKind'], byName['writesOffStroops']],
    ['0', 'closed', 'paid_out', '50'],
  );
});
