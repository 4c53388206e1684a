// Billed usage and usage drawn from the balance can cancel out in requests, but not in the amount due.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { runSettle } from '../src/cli/settle/command.ts';
import { startInProcess } from './harness/in-process.ts';

const account = { agent: 'agent-7', serviceId: 'search' };

async function started(t: TestContext) {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 'search', priceStroops: 10_000_000 });
  await api.post('/agents/agent-7/grants', { amount: '10' });
  const record = async (mode: 'prepaid' | 'postpaid') => {
    await api.call('/agents/agent-7/billing', { method: 'PUT', body: { mode } });
    const recorded = await api.post('/usage', { ...account, requests: 1 });
    assert.equal(recorded.status, 201, recorded.text);
    return String(recorded.headers.get('location')).split('/').at(-1);
  };
  const reverse = async (entry: string | undefined) => {
    assert.equal((await api.post(`/entries/${entry}/reverse`, { reason: 'a dispute' })).status, 201);
  };
  const settle = async () => (await api.post('/settle', account)).json;
  const quote = async () => (await api.get('/billing/agent-7/search')).json;
  const assertAudit = async () => assert.equal((await api.get('/audit')).json.ok, true);
  return { api, record, reverse, settle, quote, assertAudit };
}

/** One request is due: the price of the request that was drawn and settled was returned to the balance. */
async function withDue(t: TestContext) {
  const server = await started(t);
  const drawn = await server.record('prepaid');
  assert.equal((await server.settle()).billedStroops, '0');
  await server.record('postpaid');
  await server.reverse(drawn);
  const { lines, billedStroops, prepaid } = await server.quote();
  assert.deepEqual([lines, billedStroops, prepaid], [[], '10000000', { cost: '0', paid: '-1', due: '1' }]);
  return server;
}

test('an amount that is due without a line is billed, once', async (t) => {
  const { api, settle, quote, assertAudit } = await withDue(t);
  const [item] = (await api.get('/agents/agent-7/quote')).json.items;
  assert.equal(item?.billedStroops, '10000000');
  const bill = await settle();
  assert.equal(typeof bill.settlementId, 'string', 'it is on a bill');
  assert.equal((await api.get(`/settlements/${bill.settlementId}`)).json.billedStroops, '10000000');
  const again = await settle();
  assert.deepEqual([again.billedStroops, again.settlementId], ['0', null]);
  assert.equal((await quote()).prepaid, undefined);
  assert.equal((await api.call('/services/search', { method: 'DELETE' })).status, 204);
  await assertAudit();
});

test('settling all accounts of an agent bills an amount that is due without a line', async (t) => {
  const { api, assertAudit } = await withDue(t);
  const { items, totalBilledStroops } = (await api.post('/settle/bulk', { agent: 'agent-7' })).json;
  assert.deepEqual([items.length, totalBilledStroops], [1, '10000000']);
  assert.equal((await api.post('/settle/bulk', { agent: 'agent-7' })).json.items.length, 0);
  await assertAudit();
});

test('a run bills an amount that is due without a line', async (t) => {
  const { api, assertAudit } = await withDue(t);
  let printed = '';
  const print = (text: string) => {
    printed += text;
  };
  const surroundings = { print, complain: print, environment: { BILLONCE_URL: api.url } };
  assert.equal(await runSettle(['--run', 'r'], surroundings), 0);
  assert.equal(printed, 'run r: 1 bill, 1 XLM\n');
  await assertAudit();
});

test('an overpayment without a line is carried on by a bill of 0', async (t) => {
  const { api, record, reverse, settle, quote, assertAudit } = await started(t);
  const billed = await record('postpaid');
  assert.equal((await settle()).billedStroops, '10000000');
  await record('prepaid');
  await reverse(billed);
  const bill = await settle();
  assert.equal(bill.billedStroops, '0');
  assert.equal((await api.get(`/settlements/${bill.settlementId}`)).json.carriedOnStroops, '-10000000');
  await record('postpaid');
  assert.equal((await quote()).billedStroops, '0');
  await assertAudit();
});
