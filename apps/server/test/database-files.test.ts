// Tests what commands and the server report about a file that is not a complete database of Billonce, and which files
// they leave next to it.
import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { SqliteStorage } from '../src/storage/sqlite/write/storage.ts';
import { runCommand, runHere } from './harness/command.ts';
import { startInProcess } from './harness/in-process.ts';
import { onEnd } from './harness/on-end.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

const cap = { answersMax: 10, bytesMax: 10_000 };
const isRoot = process.getuid?.() === 0;
const nobody = 65_534;

/** Makes a database in a folder, and stops its server. */
async function booksIn(t: TestContext, folder = temporaryFolder(t)): Promise<string> {
  const file = join(folder, 'books.db');
  const { app, api } = await startInProcess(t, { DATABASE_URL: `file:${file}` });
  assert.equal((await api.post('/usage', { agent: 'a', serviceId: 's', requests: 1 })).status, 201);
  await app.close();
  return file;
}

function overwrite(file: string, position: number): void {
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(64, 0x5a), 0, 64, position);
  closeSync(descriptor);
}

const faults: Readonly<Record<string, (file: string) => void>> = {
  'there is no file FILE': () => undefined,
  'FILE is empty: no server has run on it': (file) => writeFileSync(file, ''),
  'FILE is a folder: name the database file in it': (file) => mkdirSync(file),
  'FILE is not an SQLite database, or its beginning is damaged: name another file, or restore a backup': (
    file,
  ) => writeFileSync(file, '# A text that is longer than the head of a database is.\n'),
  'FILE is an SQLite database without tables: no server has run on it': (file) => {
    const database = new DatabaseSync(file);
    database.exec('PRAGMA user_version = 1');
    database.close();
  },
  'FILE is an SQLite database of another program, not of Billonce: name another file': makeForeign,
};

function makeForeign(file: string): void {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE songs (title TEXT)');
  database.close();
}

test('each command says why a file is not a database, and leaves no file next to it', async (t) => {
  for (const [sentence, make] of Object.entries(faults)) {
    const folder = temporaryFolder(t);
    const file = join(folder, 'given.db');
    make(file);
    const before = readdirSync(folder);
    for (const [args, environment] of [
      [['verify', file], {}],
      [['verify'], { DATABASE_URL: `file:${file}` }],
      [['backup', join(folder, 'copy.db')], { DATABASE_URL: `file:${file}` }],
      [['restore', file], { DATABASE_URL: `file:${join(folder, 'new.db')}` }],
      [['export', 'entries', join(folder, 'e.csv'), '--source', file], {}],
    ] as const) {
      const { code, printed } = await runHere(args, environment);
      assert.equal(printed, `billonce ${args[0]}: ${sentence.replace('FILE', file)}\n`);
      assert.equal(code, 1);
      assert.deepEqual(readdirSync(folder), before, args.join(' '));
    }
  }
});

test('a damaged database is reported as damaged', async (t) => {
  const file = await booksIn(t);
  overwrite(file, 100);
  const { code, printed } = await runHere(['verify', file]);
  assert.deepEqual(
    [code, printed],
    [1, `billonce verify: ${file} is a damaged database: keep it, and restore a backup\n`],
  );
});

test('verify, export and backup leave no file next to a database that no server has open', async (t) => {
  const file = await booksIn(t);
  const folder = dirname(file);
  const before = readdirSync(folder);
  const { mtimeMs } = statSync(file);
  const elsewhere = temporaryFolder(t);
  for (const args of [
    ['verify', file],
    ['export', 'entries', join(elsewhere, 'e.csv'), '--source', file],
    ['backup', join(elsewhere, 'copy.db')],
  ]) {
    assert.equal((await runHere(args, { DATABASE_URL: `file:${file}` })).code, 0);
    assert.deepEqual([readdirSync(folder), statSync(file).mtimeMs], [before, mtimeMs], args[0]);
  }
});

test('a read-only database in a read-only folder is verified; an unreadable one is reported', async (t) => {
  const folder = temporaryFolder(t);
  const file = await booksIn(t, folder);
  if (isRoot) for (const path of [folder, file]) chownSync(path, nobody, nobody);
  chmodSync(file, 0o400);
  chmodSync(folder, 0o500);
  onEnd(t, () => chmodSync(folder, 0o700));
  const before = readdirSync(folder);
  const read = await runCommand(['verify', file], {}, isRoot ? { uid: nobody, gid: nobody } : {});
  assert.deepEqual([read.code, readdirSync(folder)], [0, before], read.printed);
  chmodSync(file, 0);
  const denied = await runCommand(['verify', file], {}, isRoot ? { uid: nobody, gid: nobody } : {});
  assert.equal(denied.code, 1);
  assert.equal(
    denied.printed,
    `billonce verify: ${file} cannot be read: permission denied. Run the command as a user who may read the file, ` +
      'such as the user that runs the server\n',
  );
});

test('a server that does not start on a foreign file does not change it, and leaves no file next to it', async (t) => {
  const text = (file: string) =>
    writeFileSync(file, '# A text that is longer than the head of a database is.\n');
  for (const [make, message] of [
    [text, /README\.md is not an SQLite database, or its beginning is damaged/],
    [makeForeign, /README\.md is an SQLite database of another program, not of Billonce: name another file/],
  ] as const) {
    const folder = temporaryFolder(t);
    const file = join(folder, 'README.md');
    make(file);
    chmodSync(file, 0o644);
    const [before, bytes] = [statSync(file, { bigint: true }), readFileSync(file)];
    assert.throws(() => new SqliteStorage({ file, cap }), message);
    const after = statSync(file, { bigint: true });
    assert.deepEqual([after.mode, after.mtimeNs, readFileSync(file)], [before.mode, before.mtimeNs, bytes]);
    assert.deepEqual(readdirSync(folder), ['README.md']);
  }
});

test('a failed start removes the lock that it created, and leaves an existing one', async (t) => {
  const file = await booksIn(t);
  const folder = dirname(file);
  const newer = new DatabaseSync(file);
  newer.exec('PRAGMA user_version = 9999');
  newer.close();
  const lock = join(folder, '.books.db-lock');
  assert.ok(readdirSync(folder).includes('.books.db-lock'));
  assert.throws(() => new SqliteStorage({ file, cap }), /which a newer version of Billonce made/);
  assert.ok(readdirSync(folder).includes('.books.db-lock'), 'it was there before');
  const other = join(temporaryFolder(t), 'copy.db');
  writeFileSync(other, readFileSync(file));
  assert.throws(() => new SqliteStorage({ file: other, cap }), /which a newer version of Billonce made/);
  assert.deepEqual(readdirSync(dirname(other)), ['copy.db']);
  // A file with that name that is not ours.
  truncateSync(lock);
  writeFileSync(lock, 'a text of someone, and no lock of a server');
  chmodSync(lock, 0o644);
  assert.throws(
    () => new SqliteStorage({ file, cap }),
    /books\.db-lock cannot be locked: file is not a database/,
  );
  assert.equal(readFileSync(lock, 'utf8'), 'a text of someone, and no lock of a server');
  assert.equal(statSync(lock).mode & 0o777, 0o644);
});
