import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createBillonce } from '@billonce/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { TestServer } from '../../../packages/client/test/harness/server.ts';
import { mainOf } from '../../../packages/idempotency/test/harness/main-of.ts';

const main = mainOf('apps/mcp/src/main.ts');
const server = await TestServer.start(after);
const billonce = createBillonce({ url: server.url });
await billonce.services.put({ serviceId: 'search', priceStroops: 10_000_000 });
await billonce.balances.setBilling('agent-7', { mode: 'prepaid' });
await billonce.balances.grant('agent-7', { amount: '10', id: 'first-grant' });
const client = new Client({ name: 'agent', version: '1' });
const args = [main, '--server', server.url, '--agent', 'agent-7'];
await client.connect(new StdioClientTransport({ command: process.execPath, args }));
after(() => client.close());

// biome-ignore lint/suspicious/noExplicitAny: a test looks into results of every shape, and fails where it is another
async function call(name: string, given: Readonly<Record<string, unknown>>): Promise<any> {
  const result = await client.callTool({ name, arguments: { ...given } });
  const [content] = Array.isArray(result.content) ? result.content : [];
  const shown = { isError: result.isError === true, text: String(content?.text) };
  return Object.assign(shown, result.structuredContent);
}

async function available(): Promise<string> {
  return (await call('get_balance', {})).available;
}

test('a key reserves money once, captures it once, and releases the rest', async () => {
  const work = { serviceId: 'search', requests: 4, key: 'long-search-1' };
  const hold = await call('create_hold', work);
  assert.deepEqual([hold.isRepeated, hold.state, await available()], [false, 'open', '6']);
  assert.deepEqual([(await call('create_hold', work)).isRepeated, await available()], [true, '6']);
  const capture = { holdId: hold.holdId, requests: 3 };
  assert.equal((await call('capture_hold', capture)).status, 'captured');
  assert.equal((await call('capture_hold', capture)).status, 'already_captured');
  assert.equal(await available(), '7');
  assert.match((await call('release_hold', { holdId: hold.holdId })).text, /^hold_ended: .*has ended/);
  const more = await call('capture_hold', { ...capture, requests: 4 });
  assert.match(more.text, /^usage_id_conflict: .*captured before, for another amount/);
  assert.match((await call('create_hold', work)).text, /^Not reserved: work with this key was done and paid/);
  assert.match(
    (await call('create_hold', { ...work, requests: 1 })).text,
    /^hold_id_conflict: .*To repeat that call, use its arguments/,
  );
  const other = await call('create_hold', { serviceId: 'search', requests: 2 });
  assert.match((await call('create_hold', { serviceId: 'search', requests: 2 })).text, /^Not reserved: /);
  assert.equal((await call('release_hold', { holdId: other.holdId })).state, 'released');
  const again = await call('create_hold', { serviceId: 'search', requests: 2 });
  assert.match(again.text, /^Not reserved: the hold .* was released/);
  assert.equal(await available(), '7');
});

test('work without money is refused before it begins, and the holds of other agents stay untouched', async () => {
  const much = await call('create_hold', { serviceId: 'search', requests: 100, key: 'too-much-work' });
  assert.match(much.text, /^insufficient_balance: .*Do not do the work/);
  const foreign = await billonce.holds.create({ agent: 'agent-8', serviceId: 'search', requests: 1 });
  assert.match((await call('release_hold', { holdId: foreign.id })).text, /belongs to another agent/);
  assert.match((await call('capture_hold', { holdId: foreign.id, requests: 1 })).text, /another agent/);
  assert.equal((await billonce.holds.get(foreign.id)).state, 'open');
});

test('units with decimal places are recorded, reserved and captured as decimal strings, and numbers are refused', async () => {
  await billonce.services.put({ serviceId: 'seconds', priceStroops: 10_000_000, unitScale: 3 });
  await billonce.balances.grant('agent-7', { amount: '10', id: 'second-grant' });
  const before = Number(await available());
  const use = { serviceId: 'seconds', quantity: '1.250' };
  const recorded = await call('record_usage', { ...use, key: 'seconds-1' });
  assert.deepEqual([recorded.status, recorded.outstandingQuantity], ['recorded', '1.250']);
  const again = await call('record_usage', { ...use, quantity: '1.25', key: 'seconds-1' });
  assert.equal(again.status, 'already_recorded');
  await call('record_usage', use);
  // The same amount in another form is the same call without a key.
  assert.match(
    (await call('record_usage', { ...use, quantity: '1.25' })).text,
    /^Not recorded: usage of 1\.25 by/,
  );
  const { holdId } = await call('create_hold', { ...use, quantity: '2.5', key: 'seconds-2' });
  const captured = await call('capture_hold', { holdId, quantity: '0.125' });
  assert.deepEqual([captured.status, captured.cost], ['captured', '0.125']);
  assert.equal(await available(), String(before - 1.25 - 1.25 - 0.125));
  assert.match(
    (await call('record_usage', { serviceId: 'seconds', requests: 1 })).text,
    /^invalid_quantity: /,
  );
  const both = { ...use, requests: 1 };
  for (const given of [both, { serviceId: 'seconds' }])
    assert.match((await call('record_usage', given)).text, /^Give either `requests` or `quantity`/);
  for (const quantity of [1.5, '1e3', '-1', '1.0000001'])
    assert.equal((await call('record_usage', { ...use, quantity })).isError, true);
});
