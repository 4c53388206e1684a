// Units with decimal places, in all parts of the SDK that have quantities.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { CaptureError, createBillonce, type ItemRefusal, type UsageItem } from '@billonce/client';
import { meter as expressMeter } from '@billonce/client/express';
import { meter as fetchMeter } from '@billonce/client/fetch';
import { paidTool, type ToolResult } from '@billonce/client/mcp';
import { fileJournal } from '@billonce/idempotency/client/file-journal';
import express from 'express';
import { allOf } from './harness/all-of.ts';
import { listening } from './harness/listening.ts';
import { newFolder, TestServer } from './harness/server.ts';
import { until } from './harness/until.ts';

const serviceId = 'seconds';
const server = await TestServer.start(after);
const billonce = createBillonce({ url: server.url });
await billonce.services.put({ serviceId, priceStroops: 10_000_000, unit: 'second', unitScale: 3 });

/** Makes a prepaid agent with this many XLM. A second costs one. */
async function prepaid(agent: string, amount: string): Promise<string> {
  await billonce.balances.setBilling(agent, { mode: 'prepaid' });
  await billonce.balances.grant(agent, { amount, id: `grant-${agent}` });
  return agent;
}

const available = async (agent: string) => (await billonce.balances.get(agent)).available;
const quantityOf = async (agent: string) => (await billonce.usage.total({ agent, serviceId })).quantity;

test('a recorder sends quantities, even those from its journal, and reports invalid ones', async (t) => {
  const stopped = await TestServer.prepare((end) => t.after(end));
  const path = join(
    newFolder((end) => t.after(end)),
    'usage.journal',
  );
  const client = createBillonce({ url: stopped.url, baseDelayMs: 1, maxDelayMs: 20 });
  const journal = fileJournal({ path });
  const killed = client.recorder({ onRefused: () => assert.fail(), journal });
  killed.add({ agent: 'kept', serviceId, quantity: '12.75' });
  await killed.saved();
  await killed.close({ deadlineMs: 1 });
  await journal.close();
  await stopped.start();
  await client.services.put({ serviceId, priceStroops: 1, unitScale: 3 });
  const refused: (readonly [UsageItem, ItemRefusal])[] = [];
  const opened = fileJournal({ path });
  const recorder = client.recorder({
    journal: opened,
    onRefused: (item, refusal) => void refused.push([item, refusal]),
  });
  recorder.add({ agent: 'kept', serviceId, quantity: '0.001' });
  // A program without types may pass these.
  for (const quantity of [0.5, '0.0001', '1e3']) recorder.add(untyped({ agent: 'bad', serviceId, quantity }));
  await recorder.flush();
  await until(() => refused.length === 3);
  assert.deepEqual(
    refused.map(([, { error }]) => error),
    ['invalid_item', 'invalid_quantity', 'invalid_item'],
  );
  assert.equal((await client.usage.total({ agent: 'kept', serviceId })).quantity, '12.751');
  await recorder.close();
  await opened.close();
});

function untyped(item: object): UsageItem {
  return item as UsageItem;
}

async function startApi(t: TestContext, options: { readonly lost: unknown[] }) {
  const recorder = billonce.recorder({
    onRefused: (item) => assert.fail(`${item.id} is refused`),
    flushMs: 5,
  });
  t.after(() => recorder.close());
  const app = express();
  app.use(
    expressMeter({
      ...{ recorder, service: serviceId, agent: () => 'metered' },
      quantity: (_request, response: express.Response) => response.locals['seconds'],
      onLost: (usage, error) => void options.lost.push([usage, error]),
    }),
  );
  app.get('/:seconds', ({ params }, response) => {
    response.locals['seconds'] = params.seconds === 'sum' ? 0.1 + 0.2 : params.seconds;
    response.send('ok');
  });
  return { url: await listening(t, createServer(app)), recorder };
}

test('a meter bills a quantity, nothing for 0, and reports a number with a fraction', async (t) => {
  const lost: unknown[] = [];
  const { url, recorder } = await startApi(t, { lost });
  for (const seconds of ['1.25', '0', '0.000', 'sum', '2']) await fetch(`${url}/${seconds}`);
  await until(async () => (await quantityOf('metered').catch(() => '')) === '3.250');
  await until(() => lost.length === 1);
  const [[usage, error]] = lost as [[object, unknown]];
  assert.deepEqual(usage, { agent: 'metered', serviceId, quantity: 0.1 + 0.2 });
  assert.match(String(error), /TypeError: a quantity is 0.30000000000000004: it must be a decimal string/);
  const handler = fetchMeter(
    { recorder, service: serviceId, agent: () => 'fetching', quantity: '0.125' },
    () => new Response('ok'),
  );
  await handler(new Request('http://127.0.0.1/'));
  await until(async () => (await quantityOf('fetching').catch(() => '')) === '0.125');
});

test('work is captured for the units that it used, and released if it used none', async () => {
  const agent = await prepaid('worker', '10');
  const hold = { agent, serviceId, quantity: '5.5' };
  assert.equal(await billonce.withHold(hold, async () => ({ quantity: '2.125', result: 'done' })), 'done');
  await billonce.withHold(hold, async () => ({ quantity: '0.000', result: 'cached' }));
  assert.equal(await available(agent), '7.875');
  assert.deepEqual(
    (await allOf(billonce.holds.list({ agent }))).map(({ state, quantity }) => [state, quantity]),
    [
      ['captured', '5.500'],
      ['released', '5.500'],
    ],
  );
  const [entry] = await allOf(billonce.entries.list({ agent }));
  const reversal = await billonce.entries.reverse(entry?.id ?? '', 'late', { quantity: '0.125' });
  assert.deepEqual([reversal.quantity, await available(agent)], ['-0.125', '8']);
});

test('work that used more units than the balance pays for is billed for as many as the hold pays for', async () => {
  for (const hold of [{ quantity: '2.5' }, { amount: '2.5' }]) {
    const agent = await prepaid(`greedy-${Object.keys(hold)[0]}`, '3');
    const work = billonce.withHold({ agent, serviceId, ...hold }, async () => ({
      ...{ quantity: '9.001', result: 'much' },
    }));
    await assert.rejects(work, (error) => {
      assert.ok(error instanceof CaptureError);
      const { capturedQuantity, quantity, requests, capturedRequests } = error;
      assert.deepEqual(
        [capturedQuantity, quantity, requests, capturedRequests],
        ['2.500', '9.001', undefined, undefined],
      );
      assert.match(error.message, /2\.500 of 9\.001 units are billed/);
      return true;
    });
    assert.equal(await available(agent), '0.5');
  }
});

test('work that does not return its units as a decimal string fails with its result in the error, and is not billed', async () => {
  const agent = await prepaid('sloppy', '3');
  const items: UsageItem[] = [];
  const recorder = { add: (item: UsageItem) => `item ${items.push(item)}` };
  const quantity = (0.1 + 0.2) as unknown as string;
  const work = billonce.withHold(
    { agent, serviceId, quantity: '1' },
    async () => ({ quantity, result: 'done' }),
    { recorder },
  );
  await assert.rejects(work, { code: 'capture_failed', capturedQuantity: '0', result: 'done' });
  assert.deepEqual(items, []);
});

test('a paid tool reserves and bills a quantity', async () => {
  const agent = await prepaid('caller', '3');
  const run = async (): Promise<ToolResult> => ({ content: [{ type: 'text', text: 'ok' }] });
  const exact = paidTool({ billonce, agent, service: serviceId, quantity: '1.5' }, run);
  await exact({}, undefined);
  assert.equal(await available(agent), '1.5');
  const measured = paidTool(
    { billonce, agent, service: serviceId, quantity: () => '1.5', used: () => '0.25' },
    run,
  );
  await measured({}, undefined);
  assert.equal(await available(agent), '1.25');
  const refused = await paidTool({ billonce, agent, service: serviceId, quantity: '1.251' }, run)(
    {},
    undefined,
  );
  assert.equal(refused.isError, true);
});
