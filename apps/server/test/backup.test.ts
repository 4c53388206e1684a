import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { runBooksCommand } from '../src/cli/books/commands.ts';
import { backUp } from '../src/storage/sqlite/file/backup.ts';
import { type Api, apiAt } from './harness/api.ts';
import { countIn } from './harness/look-into.ts';
import { startProcess } from './harness/process.ts';
import { smallDisk } from './harness/small-disk.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

type Command = 'backup' | 'restore' | 'verify' | 'export';

async function run(database: string, command: Command, ...args: string[]) {
  let printed = '';
  const print = (text: string) => {
    printed += text;
  };
  const environment = { DATABASE_URL: `file:${database}` };
  const code = await runBooksCommand(command, args, { print, complain: print, environment });
  return { code, printed };
}

/** A database with some usage, whose server has stopped. */
async function booksOf(t: TestContext, use: (api: Api) => Promise<unknown>): Promise<string> {
  const database = join(temporaryFolder(t), 'books.db');
  const server = await startProcess(t, { DATABASE_URL: `file:${database}` });
  await use(apiAt(server.url));
  await server.stop('SIGTERM');
  return database;
}

const usage = (agent: string) => ({ agent, serviceId: 'search', requests: 3 });

test('a backup taken while the server writes is complete, verifies, and serves the same answers once restored', async (t) => {
  const folder = temporaryFolder(t);
  const database = join(folder, 'books.db');
  const server = await startProcess(t, { DATABASE_URL: `file:${database}` });
  const api = apiAt(server.url);
  await api.post('/services', { serviceId: 'search', priceStroops: 7 });
  const before = await api.post('/usage', usage('agent-0'), 'key-0');

  let isWriting = true;
  let written = 0;
  const writing = (async () => {
    while (isWriting) {
      written++;
      await api.post('/usage', usage(`agent-${written % 5}`), `key-${written}`);
    }
  })();
  while (written < 20) await api.get('/health');
  const copy = join(folder, 'copy.db');
  assert.deepEqual(await run(database, 'backup', copy), {
    code: 0,
    printed: `${copy} is a backup of ${database}\n`,
  });
  isWriting = false;
  await writing;
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('copy')),
    ['copy.db'],
  );
  const verified = await run(copy, 'verify');
  assert.equal(verified.code, 0, verified.printed);
  assert.match(verified.printed, /^ok public: [1-5] accounts, \d+ entries/);

  const restored = join(folder, 'restored.db');
  assert.equal((await run(restored, 'restore', copy)).code, 0);
  const second = apiAt((await startProcess(t, { DATABASE_URL: `file:${restored}` })).url);
  const replay = await second.post('/usage', usage('agent-0'), 'key-0');
  assert.equal(replay.headers.get('idempotency-replayed'), 'true');
  assert.equal(replay.text, before.text);
  assert.equal((await second.get('/audit')).json.ok, true);
});

test('a backup ends after one pass even if another process commits after each of its steps', async (t) => {
  const database = await booksOf(t, (api) => api.post('/usage', usage('agent-0'), 'key-0'));
  const writer = new DatabaseSync(database);
  t.after(() => writer.close());
  writer.exec(`CREATE TABLE filler (body BLOB);
    WITH RECURSIVE row (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM row WHERE n < 3000)
    INSERT INTO filler SELECT randomblob(8000) FROM row`);
  const pages = countIn(database, 'PRAGMA page_count');
  const copy = join(database, '../copy.db');
  const commit = (body: string) => writer.exec(`INSERT INTO filler VALUES ('${body}')`);
  const left: number[] = [];
  await backUp(database, copy, ({ remainingPages }) => {
    left.push(remainingPages);
    assert.ok(left.length < 20, 'the copy began again');
    commit('from this process');
    if (left.length > 2) return;
    const code = `new (require('node:sqlite').DatabaseSync)(process.argv[1]).exec("INSERT INTO filler VALUES ('other')")`;
    execFileSync(process.execPath, ['-e', code, database], { stdio: 'ignore' });
  });
  // Each step copies 1,000 pages. The backup does not copy everything a second time.
  assert.ok(pages > 5_000, `${pages} pages`);
  assert.deepEqual(
    left,
    left.map((_, step) => pages - (step + 1) * 1_000),
  );
  assert.equal(left.length, Math.ceil(pages / 1_000) - 1);
  assert.equal(
    countIn(copy, 'SELECT count(*) FROM filler'),
    3_000,
    'nothing that was committed after it began',
  );
  assert.ok(countIn(database, 'SELECT count(*) FROM filler') >= 3_000 + left.length + 2);
  assert.equal((await run(copy, 'verify')).code, 0);
});

test('a backup of a damaged database fails, and leaves no file that looks like a backup', async (t) => {
  const database = await booksOf(t, async (api) => {
    for (let bulk = 0; bulk < 5; bulk++) {
      const items = Array.from({ length: 200 }, (_, index) => usage(`agent-${bulk}-${index}`));
      assert.equal((await api.post('/usage/bulk', { items })).status, 201);
    }
  });
  // This page is in the middle of the file, so the header and the first tables are intact.
  const descriptor = openSync(database, 'r+');
  writeSync(descriptor, Buffer.alloc(4096, 0x5a), 0, 4096, Math.floor(statSync(database).size / 8192) * 4096);
  closeSync(descriptor);
  const folder = join(database, '..');
  const before = readdirSync(folder);
  const { code, printed } = await run(database, 'backup', join(folder, 'copy.db'));
  assert.equal(code, 1);
  assert.match(printed, /^billonce backup: the copy is damaged/);
  const restored = await run(join(folder, 'other.db'), 'restore', database);
  assert.match(restored.printed, /^billonce restore: the copy is damaged/);
  const left = readdirSync(folder).filter((name) => !before.includes(name) && !name.includes('-'));
  assert.deepEqual(left, []);
});

test('a backup without disk space fails, and the running server continues', async (t) => {
  const disk = smallDisk(t, 1);
  if (disk === undefined) return t.skip('this process may not mount a file system');
  const database = join(temporaryFolder(t), 'books.db');
  const api = apiAt((await startProcess(t, { DATABASE_URL: `file:${database}` })).url);
  assert.equal((await api.post('/usage', usage('agent-0'), 'key-0')).status, 201);
  disk.fill();
  const { code, printed } = await run(database, 'backup', join(disk.folder, 'copy.db'));
  assert.equal(code, 1);
  assert.match(printed, /^billonce backup: .*disk is full|no space left/);
  assert.deepEqual(readdirSync(disk.folder), ['ballast']);
  assert.equal((await api.post('/usage', usage('agent-0'), 'key-1')).status, 201);
});

test('no command reads the schema of a newer version, and verify and export not that of an older one', async (t) => {
  const database = await booksOf(t, (api) => api.post('/usage', usage('agent-0'), 'key-0'));
  const known = countIn(database, 'PRAGMA user_version');
  const setVersion = (version: number) => {
    const books = new DatabaseSync(database);
    books.exec(`PRAGMA user_version = ${version}`);
    books.close();
  };
  setVersion(known + 1);
  const target = (name: string) => join(database, '..', name);
  for (const [command, ...args] of [
    ['verify'],
    ['verify', database],
    ['backup', target('copy.db')],
    ['export', 'entries', target('entries.csv')],
  ] as const) {
    const { code, printed } = await run(database, command, ...args);
    assert.equal(code, 1, command);
    const sentence = `the database has schema ${known + 1}, which a newer version of Billonce made; this version knows`;
    assert.ok(printed.includes(`billonce ${command}: ${sentence}`), printed);
  }
  assert.match(
    (await run(target('other.db'), 'restore', database)).printed,
    /a newer version of Billonce made/,
  );
  assert.deepEqual(['copy.db', 'entries.csv', 'other.db'].map(target).filter(existsSync), []);
  await assert.rejects(
    startProcess(t, { DATABASE_URL: `file:${database}` }),
    /which a newer version of Billonce/,
  );
  setVersion(known - 1);
  const older = `the database has schema ${known - 1}, and this version reads schema ${known}: start this version's server`;
  assert.ok((await run(database, 'verify')).printed.includes(older));
  assert.ok((await run(database, 'export', 'entries', target('entries.csv'))).printed.includes(older));
  assert.equal(
    (await run(database, 'backup', target('copy.db'))).code,
    0,
    'before an upgrade one wants a backup',
  );
});

test('verify finds a bill that was tampered with, and ends with 3', async (t) => {
  const database = join(temporaryFolder(t), 'books.db');
  const server = await startProcess(t, { DATABASE_URL: `file:${database}` });
  const api = apiAt(server.url);
  await api.post('/services', { serviceId: 'search', priceStroops: 7 });
  await api.post('/usage', usage('agent-0'), 'key-0');
  await server.stop('SIGTERM');
  assert.equal((await run(database, 'verify')).code, 0);
  const tampered = new DatabaseSync(database);
  tampered.exec('UPDATE accounts SET recorded_requests = recorded_requests + 1');
  tampered.close();
  const { code, printed } = await run(database, 'verify');
  assert.equal(code, 3);
  assert.match(printed, /DIFFERS public/);
  assert.match(printed, /agent-0 search:/);
});

test('neither a backup nor a restore overwrites a file, and a restore needs a sound Billonce database', async (t) => {
  const folder = temporaryFolder(t);
  const database = join(folder, 'books.db');
  const server = await startProcess(t, { DATABASE_URL: `file:${database}` });
  const copy = join(folder, 'copy.db');
  assert.equal((await run(database, 'backup', copy)).code, 0);
  assert.match((await run(database, 'backup', copy)).printed, /copy\.db exists: move it away first/);
  assert.match((await run(database, 'restore', copy)).printed, /another server has .*books\.db open/);
  await server.stop('SIGTERM');
  assert.match((await run(database, 'restore', copy)).printed, /books\.db exists/);
  const other = join(folder, 'other.db');
  writeFileSync(join(folder, 'text.db'), 'not a database at all');
  assert.match(
    (await run(other, 'restore', join(folder, 'text.db'))).printed,
    /is not an SQLite database|of another program, not of Billonce|is empty/,
  );
  assert.match((await run(other, 'restore', join(folder, 'none.db'))).printed, /there is no file/);
  assert.equal(existsSync(other), false);
});

test('a misused command prints its usage', async (t) => {
  const database = join(temporaryFolder(t), 'books.db');
  assert.equal((await run(database, 'backup')).code, 2);
  assert.equal((await run(database, 'restore', 'a', 'b')).code, 2);
  assert.equal((await run(database, 'verify', '--nonsense')).code, 2);
  assert.match((await run(database, 'verify', '--help')).printed, /^Usage: billonce verify/);
});
