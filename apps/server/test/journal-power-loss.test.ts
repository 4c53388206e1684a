// Power cuts below a client: the journal of its operations is on an ext4 that forgets what was not synced.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fileJournal } from '@billonce/idempotency/client/file-journal';
import type { Api } from './harness/api.ts';
import { childEnvironment } from './harness/child-environment.ts';
import { startInProcess } from './harness/in-process.ts';
import { onEnd } from './harness/on-end.ts';
import { PoweredDisk } from './harness/powered-disk.ts';
import { figure, withstood } from './harness/proofs.ts';
import { rounds } from './harness/rounds.ts';
import { type Random, seededRandom } from './harness/seeded-random.ts';

const cuts = rounds({ test: 2, prove: 100 });
const recorderCuts = rounds({ test: 2, prove: 20 });
const mebibytes = 64;
const linesMax = 2_000;
const writer = fileURLToPath(new URL('harness/journal-writer.ts', import.meta.url));
const recorder = fileURLToPath(
  new URL('../../../packages/client/test/harness/recording-client.ts', import.meta.url),
);
const unsynced = ['--import', new URL('harness/unsynced-files.ts', import.meta.url).href];

interface Client {
  readonly process: ChildProcess;
  /** all lines that it printed, once it has ended */
  readonly lines: Promise<readonly string[]>;
  /** the lines that were read until now */
  heard(): readonly string[];
  /** Waits until it has printed so many lines that match, or has ended. */
  until(count: number, pattern: RegExp): Promise<void>;
}

function startClient(t: TestContext, args: readonly string[]): Client {
  const child = spawn(process.execPath, args, {
    env: childEnvironment,
    // Without its disk it reports an error, or is killed first.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onEnd(t, () => child.kill('SIGKILL'));
  let text = '';
  let look = () => {};
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    look();
  });
  const ended = once(child, 'close');
  const lines = () => text.split('\n').slice(0, -1);
  return {
    process: child,
    lines: ended.then(lines),
    heard: lines,
    async until(count, pattern) {
      const found = Promise.withResolvers<void>();
      look = () => {
        if (lines().filter((line) => pattern.test(line)).length >= count) found.resolve();
      };
      look();
      await Promise.race([found.promise, ended]);
    },
  };
}

const numbersIn = (lines: readonly string[], word: string): number[] =>
  lines.filter((line) => line.startsWith(`${word} `)).map((line) => Number(line.slice(word.length + 1)));

/**
 * Cuts the power below a writer of the journal. Returns what it printed, and what was heard before the cut. What it reports
 * after the cut does not count: a machine without power reports nothing, and the kernel can report a sync as done that the
 * cut interrupted.
 */
async function cutBelow(disk: PoweredDisk, client: Client, count: number, pattern: RegExp) {
  await client.until(count, pattern);
  const heard = client.heard();
  disk.cut();
  client.process.kill('SIGKILL');
  const lines = await client.lines;
  await disk.restore();
  return { heard, lines };
}

/** Writes and cuts, and returns how many operations were begun, and which of them the journal forgot. */
async function cutJournals(
  t: TestContext,
  disk: PoweredDisk,
  times: number,
  random: Random,
  flags: readonly string[] = [],
) {
  const path = join(disk.folder, 'operations.journal');
  /** those that were begun and that the writer did not try to end */
  const open = new Set<number>();
  const forgotten: number[] = [];
  let begun = 0;
  let next = 0;
  const lookAt = (lines: readonly string[]) => {
    const [line = ''] = lines;
    assert.match(line, /^pending /);
    const pending = new Map<string, string>(JSON.parse(line.slice('pending '.length)));
    for (const number of open) if (pending.get(`order ${number}`) !== `key-${number}`) forgotten.push(number);
  };
  for (let cut = 0; cut <= times; cut++) {
    const client = startClient(t, [...flags, writer, path, String(next)]);
    const { heard, lines } = await cutBelow(
      disk,
      client,
      1 + random.below(linesMax),
      /^(?:pending|begun|ending) /,
    );
    lookAt(lines);
    const started = numbersIn(lines, 'begun');
    const counted = numbersIn(heard, 'begun');
    // The last life only looks at what those before it have left.
    if (cut < times) begun += counted.length;
    for (const number of counted) open.add(number);
    for (const number of numbersIn(lines, 'ending')) open.delete(number);
    // Some may be begun although the writer was killed before it printed that.
    next = Math.max(next, ...started) + 100;
  }
  return { begun, forgotten };
}

test(`a journal whose disk loses power ${cuts} times remembers every operation that had begun`, async (t) => {
  const made = await PoweredDisk.make(t, mebibytes);
  if ('missing' in made) return t.skip(made.missing);
  const { begun, forgotten } = await cutJournals(t, made.disk, cuts, seededRandom(t));
  assert.deepEqual(forgotten, []);
  const amount = `${figure(cuts)} cuts, ${figure(begun)} operations`;
  t.diagnostic(amount);
  withstood('power_cut_below_a_journal', amount);
});

test('a journal that does not sync forgets operations in the same cuts', async (t) => {
  const made = await PoweredDisk.make(t, mebibytes);
  if ('missing' in made) return t.skip(made.missing);
  const { begun, forgotten } = await cutJournals(t, made.disk, 2, seededRandom(t), unsynced);
  t.diagnostic(`${forgotten.length} of ${begun} operations were forgotten`);
  assert.ok(forgotten.length > 0);
});

/** Lets something happen before each sync of a file in this process, until the test ends. */
async function beforeSync(t: TestContext, folder: string, act: () => void): Promise<void> {
  const handle = await open(folder);
  const prototype: { datasync: () => Promise<void> } = Object.getPrototypeOf(handle);
  await handle.close();
  const { datasync } = prototype;
  onEnd(t, () => {
    prototype.datasync = datasync;
  });
  prototype.datasync = async function () {
    act();
    await datasync.call(this);
  };
}

test('if the power is cut between the write of an operation and its sync, the operation is refused and is not sent', async (t) => {
  const made = await PoweredDisk.make(t, mebibytes);
  if ('missing' in made) return t.skip(made.missing);
  const { disk } = made;
  const path = join(disk.folder, 'operations.journal');
  const entry = (key: string) => ({ key, method: 'POST', url: '', bodyDigest: '', begunAtMs: 0 });
  const journal = fileJournal({ path });
  await journal.begin('first', entry('key-1'));
  await journal.begin('second', entry('key-2'));
  let isCut = false;
  await beforeSync(t, disk.folder, () => {
    if (!isCut) disk.cut();
    isCut = true;
  });
  await assert.rejects(journal.begin('third', entry('key-3')), { code: 'journal_unwritable' });
  assert.ok(isCut);
  await journal.close();
  await disk.restore();
  const again = fileJournal({ path });
  onEnd(t, () => again.close());
  const pending = (await again.pending()).map(({ operation, key }) => [operation, key]);
  assert.deepEqual(pending, [
    ['first', 'key-1'],
    ['second', 'key-2'],
  ]);
});

async function usageIdsOf(api: Api): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor = ''; ; ) {
    const { items, nextCursor } = (await api.get(`/entries?agent=agent-7&limit=1000${cursor}`)).json;
    ids.push(...items.map(({ usageId }: { usageId: string }) => usageId));
    if (items.length === 0) return ids;
    cursor = `&cursor=${nextCursor}`;
  }
}

test(`usage that a recorder has saved is billed once, although its disk loses power ${recorderCuts} times`, async (t) => {
  const made = await PoweredDisk.make(t, mebibytes);
  if ('missing' in made) return t.skip(made.missing);
  const random = seededRandom(t);
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 'search', priceStroops: 1 });
  const path = join(made.disk.folder, 'usage.journal');
  const run = (first: number, end: number) =>
    startClient(t, [recorder, api.url, path, String(first), String(end)]);
  let saved = 0;
  for (let cut = 0; cut < recorderCuts; cut++) {
    const client = run(saved, saved + 1_000);
    const { heard } = await cutBelow(made.disk, client, 1 + random.below(60), /^saved /);
    saved = Math.max(saved, ...numbersIn(heard, 'saved'));
  }
  const count = saved + 20;
  const lines = await run(saved, count).lines;
  assert.equal(lines.at(-1), 'waiting 0');
  const ids = await usageIdsOf(api);
  assert.equal(new Set(ids).size, ids.length, 'none is billed twice');
  const missing = Array.from({ length: count }, (_, number) => `item-${number}`).filter(
    (id) => !ids.includes(id),
  );
  assert.deepEqual(missing, [], 'each is billed');
  const amount = `${figure(recorderCuts)} cuts, ${figure(count)} items`;
  t.diagnostic(amount);
  withstood('power_cut_below_a_recorder', amount);
});
