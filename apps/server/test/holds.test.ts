import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { essence } from './harness/workload.ts';

const account = { agent: 'agent-7', serviceId: 'llm' };
const minuteMs = 60_000;

const hold = async (api: Api, more: object, key?: string) =>
  await api.post('/holds', { ...account, ...more }, key);
const capture = async (api: Api, id: string, requests: number, more: object = {}, key?: string) =>
  await api.post(`/holds/${id}/capture`, { requests, ...more }, key);
const release = async (api: Api, id: string) => await api.call(`/holds/${id}/release`, { method: 'POST' });
const available = async (api: Api) => (await api.get('/agents/agent-7/balance')).json.available;

async function funded(api: Api, amount: string, more: object = {}): Promise<void> {
  await api.post('/services', { serviceId: 'llm', priceStroops: 10_000_000 });
  await api.call('/agents/agent-7/billing', { method: 'PUT', body: { mode: 'prepaid', ...more } });
  assert.equal((await api.post('/agents/agent-7/grants', { amount, id: 'g' })).status, 201);
}

async function assertAudit(api: Api): Promise<void> {
  const audit = (await api.get('/audit')).json;
  assert.deepEqual([audit.ok, audit.differences, audit.balances.differences], [true, [], []]);
}

test('a hold reserves money, and its capture draws the cost of the work and releases the rest', async (t) => {
  const { api } = await startInProcess(t);
  await funded(api, '10');
  const made = await hold(api, { requests: 8, id: 'call-1' }, 'h');
  assert.deepEqual(
    [made.status, made.json.amount, made.json.state, made.json.available],
    [201, '8', 'open', '2'],
    made.text,
  );
  assert.equal(made.headers.get('location'), '/api/v1/holds/call-1');
  assert.deepEqual(essence(await hold(api, { requests: 8, id: 'call-1' }, 'h')), essence(made));
  assert.equal((await hold(api, { requests: 8, id: 'call-1' })).status, 200);
  assert.equal((await hold(api, { requests: 7, id: 'call-1' })).json.error, 'hold_id_conflict');
  const refused = await hold(api, { requests: 3 });
  assert.deepEqual([refused.status, refused.json.available, refused.json.required], [402, '2', '3']);
  assert.equal((await api.post('/usage', { ...account, requests: 3 })).status, 402);
  const captured = await capture(api, 'call-1', 5, { id: 'usage-1' }, 'c');
  assert.deepEqual(
    [
      captured.status,
      captured.json.state,
      captured.json.drawn,
      captured.json.available,
      captured.json.lapsed,
    ],
    [201, 'captured', '5', '5', false],
    captured.text,
  );
  assert.deepEqual(essence(await capture(api, 'call-1', 5, { id: 'usage-1' }, 'c')), essence(captured));
  const duplicate = await capture(api, 'call-1', 5, { id: 'usage-1' });
  assert.deepEqual([duplicate.status, duplicate.json.status], [200, 'duplicate']);
  const ended = await capture(api, 'call-1', 5);
  assert.deepEqual([ended.status, ended.json.error, ended.json.hold.state], [409, 'hold_ended', 'captured']);
  assert.equal((await release(api, 'call-1')).json.error, 'hold_ended');
  assert.equal(await available(api), '5');
  const types = (await api.get('/events?order=asc')).json.items.map(({ type }: { type: string }) => type);
  assert.deepEqual(types.slice(2), ['hold.created', 'usage.recorded', 'hold.captured']);
  await assertAudit(api);
});

test('a capture may take more than was held, as far as the balance allows, and otherwise the hold stays open', async (t) => {
  const { api } = await startInProcess(t);
  await funded(api, '10');
  await hold(api, { amount: '4', id: 'a' });
  const refused = await capture(api, 'a', 11);
  assert.deepEqual([refused.status, refused.json.available, refused.json.required], [402, '10', '11']);
  assert.equal((await api.get('/holds/a')).json.state, 'open');
  assert.equal((await capture(api, 'a', 10)).status, 201);
  assert.equal(await available(api), '0');
  await assertAudit(api);
});

test('a hold lapses at its time, reserves nothing from then on, and can still be captured once', async (t) => {
  const { api, app, clock } = await startInProcess(t);
  await funded(api, '10');
  await hold(api, { requests: 8, id: 'a', expiresInMs: minuteMs });
  await hold(api, { requests: 1, id: 'b', expiresInMs: minuteMs });
  await hold(api, { requests: 1, id: 'c' });
  clock.nowMs += minuteMs;
  assert.equal(await available(api), '9');
  assert.equal((await api.get('/holds/a')).json.state, 'lapsed');
  assert.equal((await api.get('/holds?state=open')).json.items.length, 1);
  assert.equal((await api.post('/usage', { ...account, requests: 3 })).status, 201);
  const late = await capture(api, 'a', 2);
  assert.deepEqual([late.status, late.json.lapsed, late.json.available], [201, true, '4'], late.text);
  assert.equal((await capture(api, 'a', 2)).json.error, 'hold_ended');
  const poor = await capture(api, 'b', 5);
  assert.equal(poor.status, 402, 'a lapsed hold reserves nothing');
  assert.deepEqual([(await release(api, 'b')).status, (await release(api, 'c')).status], [409, 200]);
  assert.equal(await available(api), '5');
  clock.nowMs += 60 * minuteMs;
  await app.passingTime.runOnce();
  const types = (await api.get('/events?order=asc&limit=1000')).json.items.map(
    ({ type }: { type: string }) => type,
  );
  assert.equal(types.filter((type: string) => type === 'hold.lapsed').length, 2);
  await assertAudit(api);
});

test('the part of a grant that a hold reserves neither expires nor is voided until the hold ends', async (t) => {
  const { api, clock } = await startInProcess(t);
  await funded(api, '3');
  const expiresAt = new Date(clock.nowMs + minuteMs).toISOString();
  await api.post('/agents/agent-7/grants', { amount: '5', id: 'soon', priority: 0, expiresAt });
  await hold(api, { amount: '4', id: 'a' });
  await hold(api, { amount: '1', id: 'b' });
  clock.nowMs += 2 * minuteMs;
  assert.equal(await available(api), '3');
  const voided = await api.call('/agents/agent-7/grants/soon/void', { method: 'POST' });
  assert.equal(voided.json.voidedNow, '0');
  assert.equal((await capture(api, 'a', 3)).json.available, '3', 'the rest of it expires');
  assert.equal((await release(api, 'b')).json.available, '3');
  const { expired, drawn } = (await api.get('/agents/agent-7/balance')).json;
  assert.deepEqual([expired, drawn], ['2', '3']);
  const events = (await api.get('/events?order=asc')).json.items;
  const ofGrants = events.filter(({ type }: { type: string }) => type === 'grant.expired');
  assert.deepEqual(
    ofGrants.map(({ data }: { data: { grantId: string; expired: string } }) => [data.grantId, data.expired]),
    [
      ['soon', '1'],
      ['soon', '1'],
    ],
  );
  await assertAudit(api);
});

test('the part of a grant that no hold reserves expires at its time, without a write', async (t) => {
  const { api, app, clock } = await startInProcess(t);
  await funded(api, '3');
  const expiresAt = new Date(clock.nowMs + minuteMs).toISOString();
  await api.post('/agents/agent-7/grants', { amount: '5', id: 'part', priority: 0, expiresAt });
  await api.post('/agents/agent-7/grants', { amount: '2', id: 'whole', priority: 1, expiresAt });
  await hold(api, { amount: '4', id: 'a' });
  clock.nowMs += 2 * minuteMs;
  await app.passingTime.runOnce();
  const expired = async () =>
    (await api.get('/events?type=grant.expired')).json.items.map(
      ({ data }: { data: { grantId: string; expired: string } }) => `${data.grantId} ${data.expired}`,
    );
  assert.deepEqual((await expired()).sort(), ['part 1', 'whole 2']);
  // Everything that is left is held: nothing can be recorded until the hold ends.
  await app.passingTime.runOnce();
  assert.equal((await api.get('/agents/agent-7/grants/part')).json.held, '4');
  clock.nowMs += 10 * minuteMs;
  await app.passingTime.runOnce();
  assert.deepEqual((await expired()).sort(), ['part 1', 'part 4', 'whole 2']);
  await assertAudit(api);
});

test('a hold can be extended, and one of a postpaid agent reserves nothing', async (t) => {
  const { api, clock } = await startInProcess(t);
  await funded(api, '3');
  await hold(api, { amount: '2', id: 'a', expiresInMs: minuteMs });
  const extended = await api.post('/holds/a/extend', { expiresInMs: 5 * minuteMs });
  assert.equal(extended.json.expiresAt, new Date(clock.nowMs + 5 * minuteMs).toISOString());
  clock.nowMs += 2 * minuteMs;
  assert.equal((await api.get('/holds/a')).json.state, 'open');
  await api.call('/agents/agent-8/billing', { method: 'PUT', body: { mode: 'postpaid' } });
  const postpaid = await api.post('/holds', { agent: 'agent-8', serviceId: 'llm', requests: 7, id: 'p' });
  assert.deepEqual(
    [postpaid.status, postpaid.json.amount, postpaid.json.available],
    [201, '7', '0'],
    postpaid.text,
  );
  const captured = await capture(api, 'p', 2);
  assert.deepEqual([captured.status, captured.json.drawn, captured.json.total], [201, undefined, 2]);
  assert.equal((await capture(api, 'unknown', 2)).status, 404);
  await assertAudit(api);
});
