import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { type Api, type ApiAnswer, apiAt } from './harness/api.ts';
import { type ServerProcess, startProcess } from './harness/process.ts';
import { smallDisk } from './harness/small-disk.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

const itemsEach = 50;

/** A bulk without item ids, so that only its key prevents a second bill after a retry. */
function bulk(number: number) {
  const items = Array.from({ length: itemsEach }, () => ({
    agent: `agent-${number % 5}`,
    serviceId: 'search',
    requests: 2,
  }));
  return { items };
}

const send = (api: Api, number: number): Promise<ApiAnswer> =>
  api.post('/usage/bulk', bulk(number), `bulk-${number}`);

function assertRefused(answer: ApiAnswer): void {
  assert.equal(answer.status, 503, answer.text);
  assert.ok(['storage_unavailable', 'outcome_unknown'].includes(answer.json.error), answer.text);
  assert.match(answer.headers.get('retry-after') ?? '', /^\d+$/);
  assert.equal(answer.headers.get('x-request-id'), answer.json.requestId);
}

/** Asserts that the instance reports failing writes, and logs the reason. */
async function assertNotReady(api: Api): Promise<void> {
  const ready = await api.get('/health/ready');
  assert.deepEqual([ready.status, ready.json.error, ready.json.ready], [503, 'storage_unavailable', false]);
  const deep = await api.get('/health/deep');
  assert.deepEqual([deep.status, deep.json.error], [503, 'storage_unavailable'], deep.text);
  const { text } = await api.get('/metrics');
  assert.match(text, /^billonce_writes_failing 1$/m);
  assert.match(
    text,
    /^billonce_storage_faults_total\{operation="write",reason="(?:disk_full|read_only|io_error)"\} [1-9]/m,
  );
}

/** This works without any write of a client. */
async function untilReady(api: Api): Promise<void> {
  for (let tries = 0; tries < 1_000; tries++) {
    if ((await api.get('/health/ready')).status === 200) {
      assert.equal((await api.get('/health/deep')).status, 200);
      assert.match((await api.get('/metrics')).text, /^billonce_writes_failing 0$/m);
      return;
    }
    await passing(25);
  }
  assert.fail('it does not get ready again');
}

function assertLogged(server: ServerProcess, code: RegExp): void {
  const lines = server.output().split('\n');
  const entries = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
  const failing = entries.find(
    ({ msg }) => msg === 'writes fail: the server is not ready until a write succeeds',
  );
  const failed = entries.find(({ msg, route }) => msg === 'failed' && route === '/api/v1/usage/bulk');
  for (const { err } of [failing, failed]) {
    assert.equal(err.engine, 'sqlite');
    assert.match(err.code, code);
    assert.ok(err.message.length > 0 && err.step.length > 0 && err.statement.length > 0, JSON.stringify(err));
  }
  assert.ok(!JSON.stringify(entries).includes('agent-'), 'no value of a row');
}

async function assertReadsAnswer(api: Api): Promise<void> {
  assert.equal((await api.get('/health')).status, 200);
  assert.equal((await api.get('/usage/agent-0/search')).status, 200);
  assert.equal((await api.get('/entries?limit=10')).json.items.length, 10);
  assert.equal((await api.get('/audit')).json.ok, true);
}

/** Writes until the first refusal. Returns the number of the refused write, and the earlier answers. */
async function writeUntilRefused(api: Api): Promise<{ answers: ApiAnswer[]; refused: number }> {
  const answers: ApiAnswer[] = [];
  for (let number = 0; number < 5_000; number++) {
    const answer = await send(api, number);
    if (answer.status !== 201) {
      assertRefused(answer);
      return { answers, refused: number };
    }
    answers.push(answer);
  }
  throw new Error('the disk was never full');
}

/** Retries everything that was sent, acknowledged or refused, and asserts that each counts once. */
async function assertAllRecordedOnce(api: Api, answers: readonly ApiAnswer[], sent: number): Promise<void> {
  for (const [number, before] of answers.entries()) {
    const replay = await send(api, number);
    assert.equal(replay.status, 201);
    assert.equal(replay.text, before.text);
    assert.equal(replay.headers.get('idempotency-replayed'), 'true');
  }
  for (let number = answers.length; number < sent; number++) {
    assert.equal((await send(api, number)).status, 201);
  }
  const audit = (await api.get('/audit')).json;
  assert.equal(audit.ok, true);
  assert.equal(audit.entries, sent * itemsEach);
  assert.equal(audit.recorded.requests, sent * itemsEach * 2);
}

/**
 * Uses up the space, writes until a refusal, and frees the space: the same process continues, and everything counts
 * once.
 */
async function outOfRoom(t: TestContext, api: Api, take: () => void, giveBack: () => void): Promise<void> {
  const first = await send(api, 0);
  for (let number = 1; number < 10; number++) assert.equal((await send(api, number)).status, 201);
  take();
  const { answers, refused } = await writeUntilRefused(api);
  t.diagnostic(`refused after ${refused} bulks of ${itemsEach} items`);
  for (let again = 0; again < 5; again++) assertRefused(await send(api, refused));
  const concurrent = Array.from({ length: 20 }, (_, index) => send(api, refused + 1 + index));
  for (const answer of await Promise.all(concurrent)) assertRefused(answer);
  await assertReadsAnswer(api);
  const replay = await send(api, 0);
  assert.equal(replay.text, first.text, 'a known key is answered although the disk is full');
  await assertNotReady(api);
  giveBack();
  await untilReady(api);
  await assertAllRecordedOnce(api, answers, refused + 21);
}

test('a full disk: writes are refused, reads are answered, and once there is space the same process continues', async (t) => {
  const disk = smallDisk(t, 6);
  if (disk === undefined) return t.skip('this process may not mount a file system');
  const file = join(disk.folder, 'books.db');
  const server = await startProcess(t, { DATABASE_URL: `file:${file}`, LOG_LEVEL: 'error' });
  await outOfRoom(t, apiAt(server.url), disk.fill, disk.clear);
  assert.equal(await server.stop('SIGTERM'), 0);
  assertLogged(server, /^SQLITE_FULL \(13\)$/);
});

interface User {
  readonly uid?: number;
  readonly gid?: number;
}

/** Limits the size of files that a user's process may write, in bytes. Returns `false` if this is not possible here. */
function limitFileSize(pid: number, size: string, user: User = {}): boolean {
  try {
    execFileSync('prlimit', [`--pid=${pid}`, `--fsize=${size}:`], { stdio: 'ignore', ...user });
    return true;
  } catch {
    return false;
  }
}

const canLimit = limitFileSize(process.pid, 'unlimited');
// Less than a page and its frame: not even a restarted write-ahead log fits.
const noRoom = '4096';

test('a limit on the size of files (RLIMIT_FSIZE): writes are refused, reads are answered, and the same process continues', async (t) => {
  if (!canLimit) return t.skip('there is no prlimit here');
  const file = join(temporaryFolder(t), 'books.db');
  const server = await startProcess(t, { DATABASE_URL: `file:${file}`, LOG_LEVEL: 'error' });
  const take = () => limitFileSize(server.pid, noRoom);
  const giveBack = () => limitFileSize(server.pid, 'unlimited');
  await outOfRoom(t, apiAt(server.url), take, giveBack);
  const { durability } = (await apiAt(server.url).get('/health/deep')).json;
  assert.ok(durability.openings > 1, 'it was opened again after the I/O errors');
  assert.equal(durability.settings.synchronous, '2', 'and set up again');
  assert.equal(await server.stop('SIGTERM'), 0);
  assertLogged(server, /^SQLITE_IOERR \(\d+\)$/);
});

/** Root may write regardless of a file's mode, so a test that runs as root runs its server as the user nobody. */
const nobody: User = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/**
 * A folder for a server that runs as the user nobody, and a function that sets the mode of all its files except the
 * lock.
 */
function folderOfNobody(t: TestContext): { folder: string; setMode: (mode: number) => void } {
  const folder = temporaryFolder(t);
  if (nobody.uid !== undefined && nobody.gid !== undefined) chownSync(folder, nobody.uid, nobody.gid);
  const setMode = (mode: number) => {
    const names = readdirSync(folder).filter((name) => !name.endsWith('-lock'));
    for (const name of names) chmodSync(join(folder, name), mode);
  };
  return { folder, setMode };
}

test('a read-only file: writes are refused, reads are answered, and once writable the same process continues', async (t) => {
  if (!canLimit) return t.skip('there is no prlimit here');
  const { folder, setMode } = folderOfNobody(t);
  const environment = { DATABASE_URL: `file:${join(folder, 'books.db')}`, LOG_LEVEL: 'silent' };
  const server = await startProcess(t, environment, nobody);
  const api = apiAt(server.url);
  const answers = [await send(api, 0)];
  setMode(0o400);
  // The open files remain writable. After an I/O error the server opens them again.
  limitFileSize(server.pid, noRoom, nobody);
  assertRefused(await send(api, 1));
  limitFileSize(server.pid, 'unlimited', nobody);
  for (let again = 0; again < 3; again++) {
    const refused = await send(api, 1);
    assertRefused(refused);
    assert.equal(refused.json.error, 'storage_unavailable');
    await assertReadsAnswer(api);
    await assertNotReady(api);
  }
  setMode(0o600);
  await untilReady(api);
  await assertAllRecordedOnce(api, answers, 3);
  assert.equal(await server.stop('SIGTERM'), 0);
});

test('a server does not start on a file that it cannot write, and says so', async (t) => {
  const { folder, setMode } = folderOfNobody(t);
  const file = join(folder, 'books.db');
  const environment = { DATABASE_URL: `file:${file}` };
  const server = await startProcess(t, environment, nobody);
  assert.equal(await server.stop('SIGTERM'), 0);
  setMode(0o400);
  await assert.rejects(startProcess(t, environment, nobody), (error: Error) =>
    error.message.includes(`billonce: ${file} cannot be opened for writing: the file is read-only`),
  );
  const lock = join(folder, '.books.db-lock');
  chmodSync(lock, 0o400);
  await assert.rejects(startProcess(t, environment, nobody), (error: Error) =>
    error.message.includes(`billonce: ${lock} cannot be locked`),
  );
});
