import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { printJournalLine } from './file-journal/journal-lines.ts';
import { type FileJournal, fileJournal } from './file-journal.ts';
import type { JournalEntry } from './journal.ts';

function newPath(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'journal-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return join(directory, 'journal');
}

/** A journal that is closed at the end of its test, if not earlier. */
function start(
  t: TestContext,
  path = newPath(t),
  bytesMax?: number,
): FileJournal & { readonly path: string } {
  const journal = fileJournal(bytesMax === undefined ? { path } : { path, bytesMax });
  t.after(() => journal.close());
  return Object.assign(journal, { path });
}

function entryOf(key: string): JournalEntry {
  return { key, method: 'POST', url: 'http://127.0.0.1/', bodyDigest: 'e3b0', begunAtMs: 1 };
}

async function keysOf(journal: FileJournal): Promise<Readonly<Record<string, string>>> {
  const pending = await journal.pending();
  return Object.fromEntries(pending.map(({ operation, key }) => [operation, key]));
}

test('pending operations are still there, in order, after the file was closed', async (t) => {
  const first = start(t);
  const strange = 'ä "quoted"\n\u2028{}';
  for (const operation of ['z', 'a', strange]) await first.begin(operation, entryOf(`key of ${operation}`));
  await first.end('a', 'key of a');
  await first.close();
  const second = start(t, first.path);
  assert.deepEqual(await second.pending(), [
    { operation: 'z', ...entryOf('key of z') },
    { operation: strange, ...entryOf(`key of ${strange}`) },
  ]);
});

test('an operation keeps its first entry', async (t) => {
  const journal = start(t);
  assert.deepEqual(await journal.begin('a', entryOf('1')), entryOf('1'));
  assert.deepEqual(await journal.begin('a', entryOf('2')), entryOf('1'));
  await journal.close();
  assert.deepEqual(await start(t, journal.path).begin('a', entryOf('3')), entryOf('1'));
});

test('ending an operation with another key changes nothing', async (t) => {
  const journal = start(t);
  await journal.begin('a', entryOf('1'));
  await journal.end('a', '2');
  await journal.end('b', '1');
  assert.deepEqual(await keysOf(journal), { a: '1' });
  await journal.end('a', '1');
  await journal.begin('a', entryOf('2'));
  await journal.close();
  assert.deepEqual(await keysOf(start(t, journal.path)), { a: '2' });
});

test('a journal can be cut off at any byte: every complete line is kept', async (t) => {
  const journal = start(t);
  await journal.begin('a', entryOf('1'));
  await journal.begin('ß', entryOf('2'));
  await journal.end('a', '1');
  await journal.begin('c', entryOf('3'));
  await journal.close();
  const whole = readFileSync(journal.path);
  const header = whole.indexOf('\n') + 1;
  const afterLines = [{}, { a: '1' }, { a: '1', ß: '2' }, { ß: '2' }, { ß: '2', c: '3' }];
  for (let length = header; length <= whole.length; length++) {
    writeFileSync(journal.path, whole.subarray(0, length));
    const cut = fileJournal({ path: journal.path });
    const lines = whole.subarray(header, length).toString('latin1').split('\n').length - 1;
    assert.deepEqual(await keysOf(cut), afterLines[lines]);
    // The next line repairs the file; the torn line is not only ignored.
    await cut.begin('new', entryOf('4'));
    await cut.close();
    const mended = fileJournal({ path: journal.path });
    assert.deepEqual(await keysOf(mended), { ...afterLines[lines], new: '4' });
    await mended.close();
  }
});

test('a hole that a power loss left at the end is ignored', async (t) => {
  const journal = start(t);
  await journal.begin('a', entryOf('1'));
  await journal.close();
  appendFileSync(journal.path, Buffer.concat([Buffer.alloc(100), Buffer.from('\n{"begun":\n')]));
  assert.deepEqual(await keysOf(start(t, journal.path)), { a: '1' });
});

test('an unreadable line in the middle, and a file that is not a journal, are refused and left unchanged', async (t) => {
  const journal = start(t);
  await journal.begin('a', entryOf('1'));
  await journal.begin('b', entryOf('2'));
  await journal.close();
  const spoiled = readFileSync(journal.path, 'utf8').replace('"key":"1"', '"key":1');
  for (const content of [spoiled, '{"name":"a package"}\n', 'x']) {
    writeFileSync(journal.path, content);
    assert.throws(() => fileJournal({ path: journal.path }), { code: 'journal_corrupt' });
    assert.equal(readFileSync(journal.path, 'utf8'), content);
  }
});

test('only one journal has a file open, until it is closed', async (t) => {
  const journal = start(t);
  assert.throws(() => fileJournal({ path: journal.path }), { code: 'journal_in_use' });
  await journal.begin('a', entryOf('1'));
  assert.throws(() => fileJournal({ path: journal.path }), { code: 'journal_in_use' });
  await journal.close();
  assert.deepEqual(await keysOf(start(t, journal.path)), { a: '1' });
  await assert.rejects(journal.begin('b', entryOf('2')), { code: 'journal_closed' });
  await assert.rejects(journal.end('a', '1'), { code: 'journal_closed' });
});

test('a journal whose directory does not exist is refused immediately', (t) => {
  const path = join(newPath(t), 'journal');
  assert.throws(() => fileJournal({ path }), { code: 'journal_unwritable' });
  assert.throws(() => fileJournal({ path, bytesMax: 0 }), RangeError);
});

test('only the owner can read the file and its lock, wider permissions are removed, and no link is followed', async (t) => {
  const path = newPath(t);
  const elsewhere = newPath(t);
  writeFileSync(elsewhere, 'kept', { mode: 0o644 });
  writeFileSync(path, '', { mode: 0o644 });
  symlinkSync(elsewhere, `${path}.new`);
  const journal = start(t, path);
  await journal.begin('a', entryOf('1'));
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(`${path}.lock`).mode & 0o777, 0o600);
  assert.equal(readFileSync(elsewhere, 'utf8'), 'kept');
});

/** The class of file handles, which `node:fs` does not name. */
async function fileHandleClass(path: string): Promise<FileHandle> {
  const handle = await open(path, 'a');
  await handle.close();
  return Object.getPrototypeOf(handle);
}

test('operations that begin together share one flush, and none has begun before it', async (t) => {
  const journal = start(t);
  await journal.begin('first', entryOf('1'));
  const flushed = Promise.withResolvers<void>();
  const handles = await fileHandleClass(journal.path);
  const flush = t.mock.method(handles, 'datasync', () => flushed.promise);
  let begun = 0;
  const begins = Array.from({ length: 100 }, async (_, at) => {
    await journal.begin(`operation ${at}`, entryOf(`key ${at}`));
    begun++;
  });
  // Another handle reads immediately what is written to a file. So wait until it is written, then check that nothing
  // was reported yet.
  while (!readFileSync(journal.path, 'utf8').includes('key 99')) await new Promise(setImmediate);
  await new Promise(setImmediate);
  assert.equal(begun, 0);
  flushed.resolve();
  await Promise.all(begins);
  assert.equal(begun, 100);
  assert.equal(flush.mock.callCount(), 1);
});

test('an operation does not begin if the disk fails, and the journal continues when the disk works again', async (t) => {
  const journal = start(t);
  await journal.begin('a', entryOf('1'));
  const handles = await fileHandleClass(journal.path);
  const broken = t.mock.method(handles, 'datasync', () => Promise.reject(new Error('EIO')));
  const failed = { code: 'journal_unwritable' };
  await Promise.all([
    assert.rejects(journal.begin('b', entryOf('2')), failed),
    assert.rejects(journal.begin('b', entryOf('3')), failed),
  ]);
  broken.mock.restore();
  assert.deepEqual(await keysOf(journal), { a: '1' });
  assert.deepEqual(await journal.begin('b', entryOf('4')), entryOf('4'));
  await journal.end('a', '1');
  await journal.close();
  assert.deepEqual(await keysOf(start(t, journal.path)), { b: '4' });
});

test('a file of mostly ended operations is rewritten, and loses no pending one', async (t) => {
  const journal = start(t);
  await journal.begin('stays', entryOf('key of stays'));
  for (let round = 0; round < 20; round++) {
    const names = Array.from({ length: 100 }, (_, at) => `operation ${round} ${at}`);
    await Promise.all(names.map((name) => journal.begin(name, entryOf(`key of ${name}`))));
    await Promise.all(names.map((name) => journal.end(name, `key of ${name}`)));
  }
  // 2,000 operations of about 200 bytes.
  assert.ok(statSync(journal.path).size < 120_000);
  await journal.begin('last', entryOf('key of last'));
  await journal.close();
  const expected = { stays: 'key of stays', last: 'key of last' };
  assert.deepEqual(await keysOf(start(t, journal.path)), expected);
});

test('pending operations have a limit, and ended ones make room', async (t) => {
  const { length } = printJournalLine({ kind: 'begun', operation: 'a', entry: entryOf('1') });
  const journal = start(t, newPath(t), 2 * length);
  await journal.begin('a', entryOf('1'));
  await journal.begin('b', entryOf('2'));
  await assert.rejects(journal.begin('c', entryOf('3')), { code: 'journal_full' });
  assert.deepEqual(await journal.begin('b', entryOf('4')), entryOf('2'));
  await journal.end('a', '1');
  await journal.begin('c', entryOf('3'));
  assert.deepEqual(await keysOf(journal), { b: '2', c: '3' });
});
