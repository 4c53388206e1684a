// Only one server can use a file, even if the file's names change while the server runs.
import assert from 'node:assert/strict';
import fs, {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { runBooksCommand } from '../src/cli/books/commands.ts';
import { StorageExecutor } from '../src/ledger/batch-executor.ts';
import { SqliteStorage } from '../src/storage/sqlite/write/storage.ts';
import { type Api, apiAt } from './harness/api.ts';
import { executorOptions } from './harness/engine.ts';
import { countIn } from './harness/look-into.ts';
import { onEnd } from './harness/on-end.ts';
import { type ServerProcess, startProcess } from './harness/process.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };
const entriesSql = 'SELECT count(*) FROM entries';

async function billonce(database: string, command: 'backup' | 'restore' | 'verify', ...args: string[]) {
  let printed = '';
  const print = (text: string) => {
    printed += text;
  };
  const environment = { DATABASE_URL: `file:${database}` };
  const code = await runBooksCommand(command, args, { print, complain: print, environment });
  return { code, printed };
}

/** Does the same as `mv data/books.db* old/`. */
function moveBooks(file: string, folder: string): void {
  mkdirSync(folder);
  for (const name of readdirSync(dirname(file))
    .filter((one) => one.startsWith('books.db'))
    .toSorted())
    renameSync(join(dirname(file), name), join(folder, name));
}

/** Asserts that a write to a server that has lost its file is refused, or that the server has ended. */
async function assertNotTaken(api: Api, key: string): Promise<void> {
  const answer = await api.post('/usage', usage, key).catch(() => undefined);
  if (answer === undefined) return;
  assert.equal(answer.status, 503, answer.text);
  assert.ok(['storage_unavailable', 'shutting_down'].includes(answer.json.error), answer.text);
}

async function assertStops(server: ServerProcess, lostName: string): Promise<void> {
  assert.equal(await server.ended, 1, server.output());
  const lines = server.output().split('\n');
  const entries = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  assert.deepEqual(
    entries.filter(({ level }) => level === 60).map(({ reason }) => reason),
    [`${lostName} was moved, deleted or replaced while this server had it open`],
    server.output(),
  );
}

test('a restore while the server still runs is refused, the server stops, and no write is lost', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'data', 'books.db');
  const server = await startProcess(t, { DATABASE_URL: `file:${file}` });
  const api = apiAt(server.url);
  assert.equal((await api.post('/usage', usage, 'before')).status, 201);
  const copy = join(folder, 'monday.db');
  assert.equal((await billonce(file, 'backup', copy)).code, 0);
  assert.equal((await api.post('/usage', usage, 'after-the-backup')).status, 201);

  // The server is suspended, so that it cannot have noticed yet.
  process.kill(server.pid, 'SIGSTOP');
  moveBooks(file, join(folder, 'old'));
  const refused = await billonce(file, 'restore', copy);
  assert.match(refused.printed, /^billonce restore: another server has .*books\.db open/);
  await assert.rejects(
    startProcess(t, { DATABASE_URL: `file:${file}` }),
    /another server has .*books\.db open/,
  );
  assert.equal(existsSync(file), false);
  process.kill(server.pid, 'SIGCONT');
  await assertNotTaken(api, 'too-late');
  await assertStops(server, file);

  assert.equal((await billonce(file, 'restore', copy)).code, 0);
  const old = join(folder, 'old', 'books.db');
  assert.equal((await billonce(old, 'verify')).code, 0);
  assert.equal(countIn(old, entriesSql), 2, 'what it acknowledged, and no more');
  const next = apiAt((await startProcess(t, { DATABASE_URL: `file:${file}` })).url);
  assert.equal((await next.post('/usage', usage, 'before')).headers.get('idempotency-replayed'), 'true');
  assert.equal((await next.post('/usage', usage, 'too-late')).headers.get('idempotency-replayed'), null);
  assert.equal((await next.get('/audit')).json.entries, 2);
});

test('if the folder is moved away with its lock, the old server stops and does not harm the new one', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'data', 'books.db');
  const environment = { DATABASE_URL: `file:${file}` };
  const old = await startProcess(t, environment);
  assert.equal((await apiAt(old.url).post('/usage', usage, 'a')).status, 201);
  process.kill(old.pid, 'SIGSTOP');
  renameSync(dirname(file), join(folder, 'old'));
  const next = await startProcess(t, environment);
  const api = apiAt(next.url);
  assert.equal((await api.post('/usage', usage, 'b')).status, 201);
  process.kill(old.pid, 'SIGCONT');
  await assertStops(old, file);
  assert.equal((await api.post('/usage', usage, 'c')).status, 201);
  await next.stop('SIGKILL');
  assert.equal(countIn(file, entriesSql), 2, 'the log of the new server is whole');
  assert.equal(countIn(join(folder, 'old', 'books.db'), entriesSql), 1);
});

test('an idle server stops if its lock is deleted, and if the link to its file is changed', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'books.db');
  const link = join(folder, 'link.db');
  const lock = join(folder, '.books.db-lock');
  symlinkSync(file, link);
  // The link does not lead to a file yet: the server creates the file itself, and locks it.
  const first = await startProcess(t, { DATABASE_URL: `file:${link}` });
  assert.equal(existsSync(lock), true);
  await assert.rejects(
    startProcess(t, { DATABASE_URL: `file:${file}` }),
    /another server has .*\/books\.db open/,
  );
  rmSync(lock);
  await assertStops(first, lock);
  const second = await startProcess(t, { DATABASE_URL: `file:${link}` });
  rmSync(link);
  symlinkSync(join(folder, 'other.db'), link);
  await assertStops(second, link);
  assert.equal(existsSync(join(folder, 'other.db')), false);
});

test('two servers do not start on one file through dangling links or hard links', async (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'data', 'books.db');
  mkdirSync(dirname(file));
  symlinkSync(dirname(file), join(folder, 'linked'));
  const dangling = join(folder, 'dangling.db');
  symlinkSync(join(folder, 'linked', 'books.db'), dangling);
  const server = await startProcess(t, { DATABASE_URL: `file:${dangling}` });
  await assert.rejects(
    startProcess(t, { DATABASE_URL: `file:${file}` }),
    /another server has .*books\.db open/,
  );
  const other = join(folder, 'other.db');
  linkSync(file, other);
  await assert.rejects(startProcess(t, { DATABASE_URL: `file:${other}` }), (error: Error) =>
    error.message.includes(`${other} has 2 names (hard links)`),
  );
  assert.equal((await apiAt(server.url).post('/usage', usage, 'a')).status, 201);
});

/** Opens the write path on a file, in this process. */
function openExecutor(t: TestContext, file: string) {
  const storage = new SqliteStorage({ file, cap: { answersMax: 10, bytesMax: 10_000 } });
  onEnd(t, () => storage.close());
  const executor = new StorageExecutor(storage, executorOptions);
  const item = { ...usage, usageId: undefined, occurredAtNs: undefined };
  const submission = { tenant: 'acme', key: undefined, command: { kind: 'record_usage', item } } as const;
  const record = async () => (await executor.execute({ submissions: [submission], nowMs: Date.now() }))[0];
  return { storage, record };
}

test('a deleted folder and a replaced file are noticed without a write', async (t) => {
  for (const [what, change] of [
    ['deleted', (file: string) => rmSync(dirname(file), { recursive: true })],
    ['replaced', (file: string) => renameSync(file.replace('books', 'other'), file)],
  ] as const) {
    await t.test(what, async (t) => {
      const file = join(temporaryFolder(t), 'data', 'books.db');
      const other = new SqliteStorage({
        file: file.replace('books', 'other'),
        cap: { answersMax: 10, bytesMax: 10 },
      });
      other.close();
      const replacement = readFileSync(file.replace('books', 'other'));
      const { storage, record } = openExecutor(t, file);
      assert.equal((await record())?.kind, 'answered');
      storage.look();
      assert.equal(storage.lost, undefined);
      change(file);
      storage.look();
      assert.match(storage.lost ?? '', /books\.db was moved, deleted or replaced/);
      const outcome = await record();
      assert.equal(outcome?.kind === 'fault' ? outcome.code : outcome?.kind, 'storage_unavailable');
      assert.throws(() => storage.probe(), /was moved, deleted or replaced/);
      assert.deepEqual(
        existsSync(file) ? readFileSync(file) : undefined,
        what === 'replaced' ? replacement : undefined,
      );
    });
  }
});

test('a server does not start on a log whose database was moved away, because SQLite would delete the log', async (t) => {
  const file = join(temporaryFolder(t), 'books.db');
  const { storage, record } = openExecutor(t, file);
  assert.equal((await record())?.kind, 'answered');
  const old = join(dirname(file), 'old.db');
  renameSync(file, old);
  storage.look();
  storage.close();
  const options = { file, cap: { answersMax: 10, bytesMax: 10 } };
  assert.throws(() => new SqliteStorage(options), /books\.db-wal exists without its database/);
  assert.equal(existsSync(file), false);
  renameSync(old, file);
  assert.equal(countIn(file, entriesSql), 1, 'the log is whole');
});

/** Calls a function before each check of a file's location. */
function beforeLooks(t: TestContext, call: () => void): void {
  const { statSync } = fs;
  const looking = (...args: Parameters<typeof statSync>) => {
    call();
    return statSync(...args);
  };
  const use = (look: typeof looking) => {
    Reflect.set(fs, 'statSync', look);
    syncBuiltinESMExports();
  };
  use(looking);
  onEnd(t, () => use(statSync));
}

test('if a file is moved during a batch, nothing is applied before the commit, and nothing acknowledged after it', async (t) => {
  for (const [when, entries, code] of [
    ['before the commit', 1, 'storage_unavailable'],
    ['after the commit', 2, 'outcome_unknown'],
  ] as const) {
    await t.test(when, async (t) => {
      const folder = temporaryFolder(t);
      const file = join(folder, 'books.db');
      const { storage, record } = openExecutor(t, file);
      assert.equal((await record())?.kind, 'answered');
      const old = join(folder, 'old');
      let looks = 0;
      beforeLooks(t, () => {
        looks += 1;
        if (existsSync(old)) return;
        if (when === 'before the commit' || countIn(file, entriesSql) === 2) moveBooks(file, old);
      });
      const outcome = await record();
      assert.equal(outcome?.kind === 'fault' ? outcome.code : outcome?.kind, code);
      assert.ok(looks > 0);
      assert.equal(countIn(join(old, 'books.db'), entriesSql), entries);
      assert.match(storage.lost ?? '', /books\.db was moved/);
      const later = await record();
      assert.equal(later?.kind === 'fault' ? later.code : later?.kind, 'storage_unavailable');
      assert.equal(countIn(join(old, 'books.db'), entriesSql), entries);
      assert.equal(existsSync(file), false, 'no empty file takes its place');
    });
  }
});
