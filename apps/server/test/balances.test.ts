import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api, ApiAnswer } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { essence } from './harness/workload.ts';

const account = { agent: 'agent-7', serviceId: 'search' };
const hourMs = 3_600_000;

const put = async (api: Api, path: string, body: object, key?: string) =>
  await api.call(path, { method: 'PUT', body, ...(key === undefined ? {} : { key }) });
const grant = async (api: Api, amount: string, more: object = {}, key?: string) =>
  await api.post('/agents/agent-7/grants', { amount, ...more }, key);
const record = async (api: Api, requests: number, more: object = {}, key?: string) =>
  await api.post('/usage', { ...account, requests, ...more }, key);
const balance = async (api: Api) => (await api.get('/agents/agent-7/balance')).json;
const ledger = async (api: Api) => (await api.get('/agents/agent-7/ledger')).json.items;
const idOf = (answer: ApiAnswer) => answer.headers.get('location')?.split('/').at(-1) ?? '';
const at = (ms: number) => new Date(ms).toISOString();

/** Registers a service at 1 XLM for a request, and a prepaid agent. */
async function prepaid(api: Api, more: object = {}): Promise<void> {
  await api.post('/services', { serviceId: 'search', priceStroops: 10_000_000 });
  assert.equal((await put(api, '/agents/agent-7/billing', { mode: 'prepaid', ...more })).status, 200);
}

async function eventTypes(api: Api): Promise<string[]> {
  const { items } = (await api.get('/events?order=asc&limit=1000')).json;
  return items.map(({ type }: { type: string }) => type);
}

async function assertAudit(api: Api): Promise<void> {
  const audit = (await api.get('/audit')).json;
  assert.deepEqual([audit.ok, audit.differences, audit.balances.differences], [true, [], []]);
}

test('a grant is made once, and can be read, listed and voided', async (t) => {
  const { api } = await startInProcess(t);
  const made = await grant(api, '12.50', { note: 'order 17', id: 'order-17' }, 'g');
  assert.equal(made.status, 201, made.text);
  assert.equal(made.headers.get('location'), '/api/v1/agents/agent-7/grants/order-17');
  const { grantedAt, ...rest } = made.json;
  assert.deepEqual(rest, {
    id: 'order-17',
    agent: 'agent-7',
    asset: 'XLM',
    number: 1,
    kind: 'grant',
    amount: '12.5',
    priority: 100,
    expiresAt: null,
    note: 'order 17',
    reversalId: null,
    left: '12.5',
    held: '0',
    drawn: '0',
    voided: '0',
    expired: '0',
    available: '12.5',
  });
  const replay = await grant(api, '12.50', { note: 'order 17', id: 'order-17' }, 'g');
  assert.deepEqual([essence(replay), replay.headers.get('idempotency-replayed')], [essence(made), 'true']);
  const duplicate = await grant(api, '12.5', { note: 'order 17', id: 'order-17' }, 'other');
  assert.deepEqual([duplicate.status, duplicate.json], [200, made.json]);
  const conflict = await grant(api, '13', { note: 'order 17', id: 'order-17' });
  assert.deepEqual([conflict.status, conflict.json.error], [409, 'grant_id_conflict']);
  assert.deepEqual((await api.get('/agents/agent-7/grants')).json.items, [
    { grantedAt, ...withoutAvailable(rest) },
  ]);
  assert.equal((await api.get('/agents/agent-7/grants/order-17')).json.amount, '12.5');
  assert.equal((await api.get('/agents/agent-8/grants/order-17')).status, 404);
  const voided = await api.call('/agents/agent-7/grants/order-17/void', { method: 'POST', key: 'v' });
  assert.deepEqual(
    [voided.status, voided.json.voidedNow, voided.json.available],
    [200, '12.5', '0'],
    voided.text,
  );
  const again = await api.call('/agents/agent-7/grants/order-17/void', { method: 'POST' });
  assert.deepEqual([again.status, again.json.voidedNow, again.json.left], [200, '0', '0']);
  assert.deepEqual(
    (await ledger(api)).map(
      ({ kind, amount, available }: { kind: string; amount: string; available: string }) => [
        kind,
        amount,
        available,
      ],
    ),
    [
      ['granted', '12.5', '12.5'],
      ['voided', '12.5', '0'],
    ],
  );
  const acts = (await api.get('/audit-log')).json.items.map(({ action }: { action: string }) => action);
  assert.deepEqual(acts, ['grant.voided', 'balance.granted']);
  await assertAudit(api);
});

function withoutAvailable({ available: _, ...rest }: { readonly available?: string }) {
  return rest;
}

test('a policy is set, inherited and taken back', async (t) => {
  const { api } = await startInProcess(t);
  const policy = async () => (await api.get('/agents/agent-7/billing')).json;
  const none = { mode: 'postpaid', asset: 'XLM', overdraft: '0', lowAt: [], source: 'none' };
  assert.deepEqual(await policy(), { agent: 'agent-7', ...none });
  assert.deepEqual((await api.get('/billing-policy')).json, none);
  const set = await put(api, '/billing-policy', { mode: 'prepaid', overdraft: '1.5' });
  assert.deepEqual(set.json, { ...none, mode: 'prepaid', overdraft: '1.5', source: 'tenant' });
  assert.equal((await policy()).source, 'tenant');
  const own = await put(api, '/agents/agent-7/billing', { mode: 'postpaid', lowAt: ['1', '10', '1.0'] });
  assert.deepEqual(own.json, { agent: 'agent-7', ...none, lowAt: ['10', '1'], source: 'agent' });
  assert.deepEqual(await policy(), own.json);
  const gone = await api.call('/agents/agent-7/billing', { method: 'DELETE' });
  assert.deepEqual([gone.json.mode, gone.json.source], ['prepaid', 'tenant']);
  const unknown = await put(api, '/billing-policy', { mode: 'prepaid', asset: 'NONE' });
  assert.deepEqual([unknown.status, unknown.json.error], [422, 'unknown_asset']);
});

test('prepaid usage draws its price when it is recorded, and is refused where the balance is too low', async (t) => {
  const { api } = await startInProcess(t);
  await prepaid(api);
  const refused = await record(api, 3, {}, 'k');
  assert.deepEqual(
    [refused.status, refused.json.error, refused.json.available, refused.json.required],
    [402, 'insufficient_balance', '0', '3'],
    refused.text,
  );
  await grant(api, '5');
  const recorded = await record(api, 3, {}, 'k');
  assert.deepEqual(
    [recorded.status, recorded.json.drawn, recorded.json.available],
    [201, '3', '2'],
    recorded.text,
  );
  assert.equal((await api.get(`/entries/${idOf(recorded)}`)).json.drawn, '3');
  assert.equal((await record(api, 3)).status, 402);
  await put(api, '/agents/agent-7/billing', { mode: 'prepaid', overdraft: '1' });
  assert.equal((await record(api, 3)).json.available, '-1');
  assert.equal((await record(api, 1)).status, 402);
  const paid = await balance(api);
  assert.deepEqual([paid.available, paid.drawn, paid.overdraft, paid.mode], ['-1', '6', '1', 'prepaid']);
  const covered = await grant(api, '4');
  assert.deepEqual([covered.json.available, covered.json.left, covered.json.drawn], ['3', '3', '1']);
  await api
    .post('/usage', { agent: 'agent-7', serviceId: 'unknown', requests: 1 })
    .then(({ status, json }) => {
      assert.deepEqual([status, json.error], [422, 'service_unpriced']);
    });
  await assertAudit(api);
});

test('a bulk draws item by item, and an atomic bulk that is refused draws nothing', async (t) => {
  const { api } = await startInProcess(t);
  await prepaid(api);
  await grant(api, '5');
  const items = [3, 3, 2, 1].map((requests, index) => ({ ...account, requests, id: `item-${index}` }));
  const atomic = await api.post('/usage/bulk?mode=atomic', { items }, 'a');
  assert.deepEqual([atomic.status, atomic.json.error], [422, 'bulk_rejected']);
  assert.equal((await balance(api)).available, '5');
  const bulk = await api.post('/usage/bulk', { items }, 'b');
  assert.deepEqual(
    bulk.json.results.map(({ ok, error }: { ok: boolean; error?: string }) => error ?? ok),
    [true, 'insufficient_balance', true, 'insufficient_balance'],
  );
  assert.equal((await balance(api)).available, '0');
  const again = await api.post('/usage/bulk', { items }, 'c');
  assert.deepEqual(
    again.json.results.map(({ status, error }: { status?: string; error?: string }) => error ?? status),
    ['duplicate', 'insufficient_balance', 'duplicate', 'insufficient_balance'],
  );
  assert.equal((await balance(api)).available, '0');
  await assertAudit(api);
});

test('grants are drawn by priority, expiry and age, and expire by the time of the decision', async (t) => {
  const { api, app, clock } = await startInProcess(t);
  await prepaid(api, { lowAt: ['2'] });
  const expiresAt = at(clock.nowMs + hourMs);
  await grant(api, '1', { id: 'last' });
  await grant(api, '1', { id: 'expiring', expiresAt });
  await grant(api, '1', { id: 'first', priority: 0 });
  await grant(api, '1', { id: 'later' });
  await record(api, 1);
  clock.nowMs += hourMs;
  assert.equal(
    (await balance(api)).available,
    '2',
    'an expired grant counts for nothing before anything records it',
  );
  const refused = await record(api, 3);
  assert.deepEqual([refused.status, refused.json.available], [402, '2']);
  assert.equal((await ledger(api)).filter(({ kind }: { kind: string }) => kind === 'expired').length, 0);
  await app.passingTime.runOnce();
  await record(api, 1);
  const moves = (await ledger(api)).map(({ kind, grantId }: { kind: string; grantId: string }) => [
    kind,
    grantId,
  ]);
  assert.deepEqual(moves.slice(4), [
    ['drawn', 'first'],
    ['expired', 'expiring'],
    ['drawn', 'last'],
  ]);
  const types = (await eventTypes(api)).filter(
    (type) => !type.startsWith('usage') && !type.startsWith('service'),
  );
  assert.deepEqual(types, [
    'balance.granted',
    'balance.granted',
    'balance.granted',
    'balance.granted',
    'grant.expired',
    'balance.low',
  ]);
  await record(api, 1);
  assert.equal((await eventTypes(api)).at(-1), 'balance.exhausted');
  await assertAudit(api);
});

test('a bill shows the amount paid from the balance, and a reversal returns it once', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 'search', priceStroops: 10_000_000 });
  await record(api, 2);
  await put(api, '/agents/agent-7/billing', { mode: 'prepaid' });
  await grant(api, '10');
  const first = await record(api, 3);
  const second = await record(api, 4);
  const quote = (await api.get('/billing/agent-7/search')).json;
  assert.deepEqual(
    [quote.requests, quote.billedStroops, quote.prepaid],
    [9, '20000000', { cost: '9', paid: '7', due: '2' }],
  );
  assert.equal((await api.get('/billing/total')).json.totalStroops, '20000000');
  const reversed = await api.post(`/entries/${idOf(first)}/reverse`, { reason: 'sent by mistake' }, 'r');
  assert.deepEqual([reversed.status, reversed.json.drawn], [201, '-3'], reversed.text);
  assert.deepEqual(
    essence(await api.post(`/entries/${idOf(first)}/reverse`, { reason: 'sent by mistake' }, 'r')),
    essence(reversed),
  );
  assert.deepEqual([(await balance(api)).available, (await balance(api)).refunded], ['6', '3']);
  const bill = await api.post('/settle', account);
  assert.deepEqual(
    [bill.json.billedStroops, bill.json.prepaid],
    ['20000000', { cost: '6', paid: '4', due: '2' }],
    bill.text,
  );
  const settlement = (await api.get(`/settlements/${bill.json.settlementId}`)).json;
  assert.deepEqual(
    [settlement.billedStroops, settlement.prepaid],
    ['20000000', { cost: '6', paid: '4', due: '2' }],
  );
  await api.post(`/entries/${idOf(second)}/reverse`, { reason: 'a dispute' });
  assert.equal((await balance(api)).available, '10');
  const credited = (await api.get('/billing/agent-7/search')).json;
  assert.deepEqual(
    [credited.billedStroops, credited.creditStroops],
    ['0', '0'],
    'it was returned to the balance',
  );
  await record(api, 1);
  const refunds = (await ledger(api)).filter(({ kind }: { kind: string }) => kind === 'drawn').at(-1);
  const used = (await api.get('/agents/agent-7/grants')).json.items.find(
    ({ id }: { id: string }) => id === refunds.grantId,
  );
  assert.equal(used.kind, 'refund', 'refunds are used first');
  const cleared = await api.call('/usage/agent-7/search', { method: 'DELETE' });
  assert.equal(cleared.status, 200, cleared.text);
  assert.equal((await balance(api)).available, '10');
  await assertAudit(api);
});

test('the amount due of a bill is reduced by the carried credit', async (t) => {
  const { api } = await startInProcess(t);
  await prepaid(api);
  await grant(api, '10');
  const setMode = async (mode: string) => await put(api, '/agents/agent-7/billing', { mode });
  const settle = async () => (await api.post('/settle', account)).json;
  await setMode('postpaid');
  const disputed = await record(api, 5);
  await settle();
  await api.post(`/entries/${idOf(disputed)}/reverse`, { reason: 'a dispute' });
  await record(api, 2);
  const credited = await settle();
  assert.equal((await api.get(`/settlements/${credited.settlementId}`)).json.carriedOnStroops, '-30000000');
  await setMode('prepaid');
  await record(api, 4);
  assert.deepEqual((await settle()).prepaid, { cost: '4', paid: '4', due: '0' });
  await setMode('postpaid');
  await record(api, 5);
  await setMode('prepaid');
  await record(api, 1);
  const bill = await settle();
  assert.deepEqual([bill.billedStroops, bill.prepaid], ['20000000', { cost: '6', paid: '1', due: '2' }]);
  await assertAudit(api);
});

test('money is refunded with a reason, once, and is used before every grant', async (t) => {
  const { api } = await startInProcess(t);
  await prepaid(api);
  await grant(api, '5', { priority: 0, id: 'first' });
  const body = { amount: '2', reason: 'late answers, ticket 4711', id: 'ticket-4711' };
  const made = await api.post('/agents/agent-7/refunds', body, 'r');
  assert.equal(made.status, 201, made.text);
  const { kind, note, priority, expiresAt, reversalId, available } = made.json;
  assert.deepEqual(
    [kind, note, priority, expiresAt, reversalId, available],
    ['refund', body.reason, -1, null, null, '7'],
  );
  assert.equal(made.headers.get('location'), '/api/v1/agents/agent-7/grants/ticket-4711');
  assert.deepEqual(essence(await api.post('/agents/agent-7/refunds', body, 'r')), essence(made));
  const again = await api.post('/agents/agent-7/refunds', body, 'other');
  assert.deepEqual([again.status, again.json], [200, made.json]);
  for (const conflict of [
    { ...body, amount: '3' },
    { ...body, reason: 'another' },
    { ...body, id: 'first' },
  ]) {
    assert.equal((await api.post('/agents/agent-7/refunds', conflict)).json.error, 'grant_id_conflict');
  }
  assert.equal((await grant(api, '2', { note: body.reason, id: body.id })).json.error, 'grant_id_conflict');
  assert.equal((await api.post('/agents/agent-7/refunds', { amount: '2', reason: ' ' })).status, 400);
  await record(api, 3);
  const { granted, refunded, drawn } = await balance(api);
  assert.deepEqual([granted, refunded, drawn], ['5', '2', '3']);
  assert.equal((await api.get('/agents/agent-7/grants/ticket-4711')).json.left, '0');
  assert.deepEqual((await eventTypes(api)).filter((type) => type === 'balance.granted').length, 2);
  await assertAudit(api);
});
