// If a server cannot start, it prints one sentence on the standard error with the next step, and exits with code 1.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { freePort } from '../../../packages/idempotency/test/harness/free-port.ts';
import { runCommand, runHere } from './harness/command.ts';
import { emptyDatabase } from './harness/database.ts';
import { startProcess } from './harness/process.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

/** Root may do everything, so a test that runs as root runs its server as the user nobody. */
const isRoot = process.getuid?.() === 0;
const nobody = isRoot ? { uid: 65_534, gid: 65_534 } : {};

function folderOfNobody(t: TestContext, mode: number): string {
  const folder = temporaryFolder(t);
  if (nobody.uid !== undefined && nobody.gid !== undefined) chownSync(folder, nobody.uid, nobody.gid);
  chmodSync(folder, mode);
  return folder;
}

/** The lowest port that every user may listen on. Only Linux reports it. */
function lowestPort(): number {
  try {
    return Number(readFileSync('/proc/sys/net/ipv4/ip_unprivileged_port_start', 'utf8'));
  } catch {
    return 0;
  }
}

/** Returns the single sentence that a server prints when it does not start. */
async function sentenceOf(
  t: TestContext,
  environment: Readonly<Record<string, string>>,
  identity: { readonly uid?: number; readonly gid?: number } = {},
): Promise<string> {
  const sentences: string[] = [];
  await assert.rejects(startProcess(t, environment, identity), (error: Error) => {
    const found = /ended with 1:\n(?:\{"level":40,[^\n]+\n)?billonce: (.+)\n$/s.exec(error.message)?.[1];
    assert.ok(found !== undefined, error.message);
    assert.ok(!found.includes('\n'), `one line: ${found}`);
    sentences.push(found);
    return true;
  });
  return sentences.join();
}

test('a port in use, a privileged port and an address of another machine are each reported', async (t) => {
  const first = await startProcess(t, { DATABASE_URL: await emptyDatabase(t) });
  const { port } = new URL(first.url);
  assert.equal(
    await sentenceOf(t, { DATABASE_URL: await emptyDatabase(t), PORT: port }),
    `port ${port} on 127.0.0.1 is in use by another program: stop that program, or set PORT to a free port`,
  );
  const open = { DATABASE_URL: await emptyDatabase(t), ADMIN_API_KEY: 'Yp8bN4vRz6KqT2mXw9Ld' };
  assert.match(
    await sentenceOf(t, { ...open, HOST: '192.0.2.1' }),
    /^HOST is 192\.0\.2\.1, which is not an address/,
  );
  assert.match(
    await sentenceOf(t, { ...open, HOST: 'host.invalid' }),
    /^HOST is host\.invalid, a name that has no/,
  );
});

test('a port that the user may not use is reported', async (t) => {
  const folder = folderOfNobody(t, 0o700);
  const environment = { DATABASE_URL: `file:${join(folder, 'books.db')}`, PORT: '1' };
  if (lowestPort() <= 1) return t.skip('every user may listen on every port here');
  const sentence = await sentenceOf(t, environment, nobody);
  assert.match(sentence, /^this user may not listen on port 1: set PORT to 1024 or above/);
});

test('a folder without write permission is reported, with what the user needs', async (t) => {
  const folder = folderOfNobody(t, 0o500);
  const inside = await sentenceOf(t, { DATABASE_URL: `file:${join(folder, 'books.db')}` }, nobody);
  assert.ok(
    inside.startsWith(`${join(folder, '.books.db-lock')} cannot be locked: permission denied. The user`),
  );
  const below = await sentenceOf(t, { DATABASE_URL: `file:${join(folder, 'data', 'books.db')}` }, nobody);
  assert.ok(
    below.startsWith(
      `the folder ${join(folder, 'data')} cannot be created: permission denied. The user that runs`,
    ),
  );
});

test('a database that is a folder is reported', async (t) => {
  const file = join(temporaryFolder(t), 'books.db');
  mkdirSync(file);
  assert.match(
    await sentenceOf(t, { DATABASE_URL: `file:${file}` }),
    /books\.db cannot be opened for writing: .*is not a file: set DATABASE_URL/,
  );
});

test('a database that another server has open is reported, with what to do', async (t) => {
  const file = join(temporaryFolder(t), 'books.db');
  await startProcess(t, { DATABASE_URL: `file:${file}` });
  assert.equal(
    await sentenceOf(t, { DATABASE_URL: `file:${file}` }),
    `another server has ${file} open (its lock is ${file.replace('books.db', '.books.db-lock')}): stop it first, or set DATABASE_URL to another file`,
  );
});

test('an unreachable PostgreSQL is reported by host, port and database, without its password', async (t) => {
  const port = await freePort();
  const place = `the PostgreSQL database books at 127.0.0.1:${port}`;
  const expected = `${place} cannot be reached (connection refused): start the database, or correct DATABASE_URL`;
  const url = `postgres://someone:hidden-password@127.0.0.1:${port}/books`;
  assert.equal(await sentenceOf(t, { HTTP_THREADS: '1', DATABASE_URL: url }), expected);
  const several = await sentenceOf(t, {
    HTTP_THREADS: '1',
    DATABASE_URL: url.replace('127.0.0.1', 'localhost'),
  });
  assert.match(
    several,
    /^the PostgreSQL database books at localhost:\d+ cannot be reached \(connection refused\)/,
  );
  assert.match(
    await sentenceOf(t, {
      HTTP_THREADS: '1',
      DATABASE_URL: 'postgres://u:hidden-password@db.invalid/books',
    }),
    /^the PostgreSQL database books at db\.invalid:5432 cannot be reached \(the host name has no address\): correct/,
  );
  for (const args of [
    ['verify'],
    ['verify', url],
    ['export', 'entries', join(temporaryFolder(t), 'e.csv')],
  ]) {
    const { code, printed } = await runHere(args, { HTTP_THREADS: '1', DATABASE_URL: url });
    assert.equal(code, 1);
    assert.equal(printed, `billonce ${args[0]}: ${expected}\n`);
  }
});

test('every command that calls a server reports that it is unreachable', async (t) => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const expected = `no server listens at ${url} (connection refused): start the server, or correct its URL`;
  const target = join(temporaryFolder(t), 'entries.csv');
  for (const args of [
    ['verify', url],
    ['export', 'entries', target, '--source', url],
  ]) {
    const { code, printed } = await runHere(args);
    assert.equal(code, 1);
    assert.equal(printed, `billonce ${args[0]}: ${expected}\n`);
  }
});

test('a Node that is too old to start is reported, with the required version', () => {
  for (const [file, sentence] of [
    [
      'tools/bootstrap.mjs',
      'billonce: this needs Node 18 or later, and runs on v16.20.2: install a newer Node',
    ],
    [
      'apps/server/bin/billonce.mjs',
      'billonce: this needs Node 24 or later, and runs on v16.20.2: install a newer Node, ' +
        'or use "npm run billonce --" in the repository, which brings its own',
    ],
  ]) {
    // No old Node is available here: this one claims to be old.
    const pretends = `Object.defineProperty(process, 'version', { value: 'v16.20.2' });
      Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '16.20.2' } });`;
    const { status, stderr } = spawnSync(
      process.execPath,
      [
        '--import',
        `data:text/javascript,${encodeURIComponent(pretends)}`,
        file ?? '',
        'apps/server/src/main.ts',
      ],
      { encoding: 'utf8' },
    );
    assert.deepEqual([status, stderr], [1, `${sentence}\n`]);
  }
});

test('billonce --version, -v and version print the version', async () => {
  for (const word of ['--version', '-v', 'version']) {
    assert.deepEqual(await runCommand([word]), { code: 0, printed: 'billonce 0.1.0\n' });
  }
});
