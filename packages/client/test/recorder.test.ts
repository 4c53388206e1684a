import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createBillonce, type ItemRefusal, type RecordedItem, type RecorderFault } from '@billonce/client';
import { type Journal, type PendingOperation, systemFetchClock } from '@billonce/idempotency/client';
import { fileJournal } from '@billonce/idempotency/client/file-journal';
import { allOf } from './harness/all-of.ts';
import { newFolder, TestServer } from './harness/server.ts';
import { until } from './harness/until.ts';

/** Few enough items that a recorder reaches the limit of a bulk. */
const bulkItemsMax = 50;
const serviceId = 'search';

const server = await TestServer.start(after, { BULK_MAX_ITEMS: String(bulkItemsMax) });
const billonce = createBillonce({ url: server.url });
await billonce.services.put({ serviceId, priceStroops: 1 });

function refusals() {
  const refused: (readonly [RecordedItem, ItemRefusal])[] = [];
  return {
    refused,
    onRefused: (item: RecordedItem, refusal: ItemRefusal) => void refused.push([item, refusal]),
  };
}

async function totalOf(agent: string): Promise<number> {
  return (await billonce.usage.total({ agent, serviceId })).total;
}

/** A client of a server that does not run yet. */
async function clientOfNone() {
  const stopped = await TestServer.prepare(after);
  return { stopped, client: createBillonce({ url: stopped.url, baseDelayMs: 1, maxDelayMs: 20 }) };
}

test('a recorder sends its items after an interval, or as soon as it has enough of them', async () => {
  const timed = billonce.recorder({ onRefused: refusals().onRefused, flushMs: 20 });
  timed.add({ agent: 'timed', serviceId, requests: 3 });
  await until(async () => (await totalOf('timed')) === 3);

  const filled = billonce.recorder({ onRefused: refusals().onRefused, flushItems: 10, flushMs: 3_600_000 });
  for (let item = 0; item < 10; item += 1) filled.add({ agent: 'filled', serviceId, requests: 1 });
  await until(() => filled.counts().recorded === 10);
  filled.add({ agent: 'filled', serviceId, requests: 1 });
  assert.equal(filled.counts().waiting, 1);
  assert.deepEqual(await filled.flush(), { waiting: 0, recorded: 11, duplicates: 0, refused: 0 });
});

test('a bulk that is larger than the server allows is sent in parts', async () => {
  const recorder = billonce.recorder({ onRefused: refusals().onRefused });
  for (let item = 0; item < 120; item += 1) recorder.add({ agent: 'many', serviceId, requests: 1 });
  assert.equal((await recorder.close()).recorded, 120);
  assert.equal(await totalOf('many'), 120);
});

test('an item that is too large is refused, and those after it are not sent one by one', async () => {
  const { refused, onRefused } = refusals();
  const recorder = billonce.recorder({ onRefused, flushItems: 40, flushMs: 200 });
  recorder.add({ agent: 'x'.repeat(9 * 2 ** 20), serviceId, requests: 1 });
  for (let item = 0; item < 20; item += 1) recorder.add({ agent: 'spared', serviceId, requests: 1 });
  await until(() => recorder.counts().refused === 1);
  await until(() => recorder.counts().recorded === 20);
  assert.equal(refused[0]?.[1].error, 'payload_too_large');
  const startMs = performance.now();
  for (let item = 0; item < 30; item += 1) recorder.add({ agent: 'spared', serviceId, requests: 1 });
  await until(() => recorder.counts().recorded === 50);
  // Sent separately, 30 items would take 30 times the 200 ms for which a recorder waits for further items.
  assert.ok(performance.now() - startMs < 3_000);
  await recorder.close();
});

test('usage waits while requests are refused for something else than their items', async () => {
  const { refused, onRefused } = refusals();
  const faults: string[] = [];
  const misnamed = createBillonce({ url: server.url, tenant: 'no such name' });
  const recorder = misnamed.recorder({
    onRefused,
    ...{ flushMs: 1, pauseMsMax: 5 },
    onFault: ({ code }) => faults.push(code),
  });
  for (let item = 0; item < 3; item += 1) recorder.add({ agent: 'kept', serviceId, requests: 1 });
  await until(() => faults.length > 3);
  assert.equal((await recorder.close({ deadlineMs: 1 })).waiting, 3);
  assert.deepEqual([refused, faults[0]], [[], 'invalid_request']);
});

test('an item that JSON cannot represent is refused, and other items are still sent', async () => {
  const recorder = billonce.recorder({ onRefused: refusals().onRefused });
  const untyped: object = { requests: 5n };
  assert.throws(() => recorder.add({ agent: 'counted', serviceId, requests: 1, ...untyped }), TypeError);
  recorder.add({ agent: 'counted', serviceId, requests: 2 });
  assert.equal((await recorder.close()).recorded, 1);
  assert.equal(await totalOf('counted'), 2);
});

test('an id is billed once, and a refused item is reported', async () => {
  const { refused, onRefused } = refusals();
  const recorder = billonce.recorder({ onRefused });
  const usage = { agent: 'ids', serviceId, requests: 2 };
  assert.equal(recorder.add({ ...usage, id: 'one' }), 'one');
  recorder.add({ ...usage, id: 'one' });
  recorder.add({ ...usage, id: 'one', requests: 5 });
  recorder.add({ ...usage, requests: 0 });
  await recorder.flush();
  recorder.add({ ...usage, id: 'one' });
  assert.deepEqual(await recorder.close(), { waiting: 0, recorded: 1, duplicates: 1, refused: 2 });
  assert.deepEqual(
    refused.map(([{ requests }, { error }]) => [requests, error]),
    [
      [5, 'usage_id_conflict'],
      [0, 'invalid_item'],
    ],
  );
  assert.equal(await totalOf('ids'), 2);
  assert.throws(() => recorder.add(usage), { code: 'recorder_closed' });
});

test('usage has the time at which it was added', async () => {
  const clock = { ...systemFetchClock, nowMs: () => Date.now() - 3_600_000 };
  const recorder = createBillonce({ url: server.url, clock }).recorder({ onRefused: refusals().onRefused });
  recorder.add({ agent: 'late', serviceId, requests: 1 });
  await recorder.close();
  const [entry] = await allOf(billonce.entries.list({ agent: 'late' }));
  const lateMs = Date.parse(entry?.recordedAt ?? '') - Date.parse(entry?.occurredAt ?? '');
  assert.ok(Math.abs(lateMs - 3_600_000) < 60_000, `${lateMs}`);
});

test('items with a time in the future wait, and do not delay the others', async () => {
  const faults: RecorderFault[] = [];
  const recorder = billonce.recorder({
    onRefused: refusals().onRefused,
    flushItems: 1,
    onFault: (fault) => faults.push(fault),
  });
  const early = new Date(Date.now() + 3_600_000).toISOString();
  recorder.add({ agent: 'ahead', serviceId, requests: 1, occurredAt: early });
  recorder.add({ agent: 'ahead', serviceId, requests: 2 });
  await until(() => recorder.counts().recorded === 1);
  assert.deepEqual(await recorder.close({ deadlineMs: 1 }), {
    ...{ waiting: 1, recorded: 1 },
    ...{ duplicates: 0, refused: 0 },
  });
  assert.ok(faults.length > 0);
});

test('while the server is down usage is taken up to a limit, and is sent when it is back', async () => {
  const { stopped, client } = await clientOfNone();
  const faults: string[] = [];
  const recorder = client.recorder({
    onRefused: refusals().onRefused,
    ...{ flushMs: 1, deadlineMs: 20, pauseMsMax: 20, itemsMax: 300 },
    onFault: ({ code }) => faults.push(code),
  });
  for (let item = 0; item < 300; item += 1) recorder.add({ agent: 'down', serviceId, requests: 1 });
  assert.throws(() => recorder.add({ agent: 'down', serviceId, requests: 1 }), { code: 'recorder_full' });
  await until(() => faults.length > 1);
  assert.ok(faults.every((code) => ['deadline_exceeded', 'attempts_exhausted'].includes(code)));
  assert.equal((await recorder.flush({ deadlineMs: 10 })).waiting, 300);
  await stopped.start();
  await until(() => recorder.counts().waiting === 0);
  assert.equal((await client.usage.total({ agent: 'down', serviceId })).total, 300);
});

test('a recorder that is closed while the server is down leaves its items in the journal', async () => {
  const { stopped, client } = await clientOfNone();
  const journal = fileJournal({ path: join(newFolder(after), 'usage.journal') });
  const first = client.recorder({ onRefused: refusals().onRefused, journal, flushMs: 1 });
  first.add({ agent: 'left', serviceId, requests: 4 });
  await first.saved();
  const counts = await first.close({ deadlineMs: 20 });
  assert.deepEqual(counts, { waiting: 1, recorded: 0, duplicates: 0, refused: 0 });
  await stopped.start();
  const second = client.recorder({ onRefused: refusals().onRefused, journal });
  await until(() => second.counts().recorded === 1);
  await second.close();
  assert.equal((await client.usage.total({ agent: 'left', serviceId })).total, 4);
  assert.deepEqual(await journal.pending(), []);
  await journal.close();
});

test('another operation of the program in the same journal does not prevent the sending of items', async () => {
  const { stopped, client } = await clientOfNone();
  const journal = fileJournal({ path: join(newFolder(after), 'shared.journal') });
  const entry = { key: 'order-1', method: 'POST', url: stopped.url, bodyDigest: '', begunAtMs: 1 };
  for (const operation of ['usage agent-7 2026-11', 'usage {"id":"order-2"}']) {
    await journal.begin(operation, entry);
  }
  const first = client.recorder({ onRefused: refusals().onRefused, journal, flushMs: 1 });
  first.add({ agent: 'shared', serviceId, requests: 4 });
  await first.saved();
  await first.close({ deadlineMs: 20 });
  await stopped.start();
  const second = client.recorder({ onRefused: refusals().onRefused, journal });
  const counts = await second.close();
  assert.deepEqual(counts, { waiting: 0, recorded: 1, duplicates: 0, refused: 0 });
  assert.equal((await journal.pending()).length, 2);
  await journal.close();
});

test('items of several tenants in one journal are sent to their tenants', async () => {
  const pending: PendingOperation[] = [];
  const journal: Journal = {
    begin: async (operation, entry) => {
      pending.push({ operation, ...entry });
      return entry;
    },
    end: async (operation) => {
      const at = pending.findIndex((one) => one.operation === operation);
      if (at >= 0) pending.splice(at, 1);
    },
    pending: async () => [...pending],
  };
  const sent: string[] = [];
  const of = (tenant: string | undefined, isUp: boolean) =>
    createBillonce({
      url: 'http://127.0.0.1:1',
      tenant,
      baseDelayMs: 1,
      fetch: async (_input, init) => {
        if (!isUp) throw new TypeError('it is down');
        const { items }: { items: RecordedItem[] } = JSON.parse(
          await new Response(init?.body ?? null).text(),
        );
        sent.push(...items.map(({ agent }) => `${tenant} ${agent}`));
        return Response.json({ results: items.map((_, index) => ({ index, ok: true, status: 'recorded' })) });
      },
    }).recorder({ onRefused: refusals().onRefused, journal, flushMs: 1 });
  for (const tenant of ['one', 'two', undefined]) {
    const recorder = of(tenant, false);
    recorder.add({ agent: `of ${tenant}`, serviceId, requests: 1 });
    await recorder.close({ deadlineMs: 20 });
  }
  for (const tenant of ['one', 'two', undefined]) await of(tenant, true).close();
  assert.deepEqual(sent, ['one of one', 'two of two', 'undefined of undefined']);
  assert.deepEqual(pending, []);
});

test('a journal that cannot be written is reported, and usage is sent from memory', async () => {
  const journal = fileJournal({ path: join(newFolder(after), 'usage.journal'), bytesMax: 1 });
  const faults: string[] = [];
  const recorder = billonce.recorder({
    onRefused: refusals().onRefused,
    journal,
    onFault: ({ code }) => faults.push(code),
  });
  recorder.add({ agent: 'unsaved', serviceId, requests: 1 });
  await assert.rejects(recorder.saved(), { code: 'journal_failed' });
  await recorder.close();
  assert.deepEqual(faults, ['journal_failed']);
  assert.equal(await totalOf('unsaved'), 1);
  await assert.rejects(billonce.recorder({ onRefused: refusals().onRefused }).saved(), {
    code: 'journal_failed',
  });
  await journal.close();
});
