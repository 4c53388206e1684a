// Tests the examination of a machine with real files, real servers, and faults in them.
import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { spaceFinding } from '../src/cli/doctor/check-disk.ts';
import { checkVersions } from '../src/cli/doctor/check-versions.ts';
import { apartFinding, clockFinding } from '../src/cli/doctor/clock-finding.ts';
import { runDoctor } from '../src/cli/doctor/command.ts';
import type { Finding } from '../src/cli/doctor/finding.ts';
import { listen } from './harness/listen.ts';
import { startProcess } from './harness/process.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

const adminKey = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822c';

async function doctor(environment: Readonly<Record<string, string>>, ...args: readonly string[]) {
  let printed = '';
  const print = (text: string) => {
    printed += text;
  };
  const code = await runDoctor(args, { print, complain: print, environment });
  return { code, printed };
}

async function findings(environment: Readonly<Record<string, string>>) {
  const { code, printed } = await doctor({ PORT: '0', ADMIN_API_KEY: adminKey, ...environment }, '--json');
  const { findings: all }: { readonly findings: readonly Finding[] } = JSON.parse(printed);
  const bad = all.filter(({ state }) => state !== 'ok');
  return { code, all, bad: bad.map(({ check, state, found }) => `${state} ${check}: ${found}`), printed };
}

/** A database file that a server has used and closed. */
async function usedFile(t: TestContext): Promise<string> {
  const file = join(temporaryFolder(t), 'books.db');
  const server = await startProcess(t, { DATABASE_URL: `file:${file}` });
  await server.stop('SIGTERM');
  return file;
}

/** Everything in a folder: names, times, permissions and contents. */
function stateOf(folder: string): readonly unknown[] {
  return readdirSync(folder).map((name) => {
    const path = join(folder, name);
    const { mode, mtimeNs, size, ino } = statSync(path, { bigint: true });
    return [name, mode, mtimeNs, size, ino, readFileSync(path, 'base64')];
  });
}

test('doctor finds nothing to do for a protected server, and changes nothing', async (t) => {
  const file = await usedFile(t);
  const folder = join(file, '..');
  const before = stateOf(folder);
  const { code, printed } = await doctor({ PORT: '0', ADMIN_API_KEY: adminKey }, '--database', file);
  assert.equal(code, 0, printed);
  assert.match(printed, /^ok {4}database {7}\S+ has schema \d+, that of this version$/m);
  assert.match(printed, /^ok {4}secrets {8}ADMIN_API_KEY has about 1\d\d bits$/m);
  assert.ok(!printed.includes(adminKey));
  assert.deepEqual(stateOf(folder), before);
  const none = join(temporaryFolder(t), 'none', 'books.db');
  const empty = await findings({ DATABASE_URL: `file:${none}` });
  assert.deepEqual([empty.code, empty.bad], [0, []]);
  assert.deepEqual(readdirSync(join(none, '../..')), []);
});

test('doctor recognizes a running server, and reads its file at the same time', async (t) => {
  const file = join(temporaryFolder(t), 'books.db');
  const server = await startProcess(t, { DATABASE_URL: `file:${file}`, ADMIN_API_KEY: adminKey });
  const { port } = new URL(server.url);
  const { code, printed } = await findings({ DATABASE_URL: `file:${file}`, PORT: port });
  assert.equal(code, 0, printed);
  assert.match(printed, /a Billonce server .*listens on/);
  assert.equal((await fetch(`${server.url}/health`)).status, 200);
});

test('doctor warns of development mode, of rights that are too wide, and of an old key', async (t) => {
  const file = await usedFile(t);
  chmodSync(file, 0o666);
  const open = await findings({ DATABASE_URL: `file:${file}`, ADMIN_API_KEY_OLD: `${adminKey}00` });
  assert.equal(open.code, 3);
  assert.deepEqual(open.bad, [
    'fix secrets: ADMIN_API_KEY_OLD is still accepted',
    `fix database: every user of this machine may use ${file}`,
  ]);
  const folder = temporaryFolder(t);
  const secret = join(folder, 'admin-key');
  writeFileSync(secret, adminKey, { mode: 0o644 });
  const { code, printed } = await doctor({
    PORT: '0',
    DATABASE_URL: `file:${folder}/books.db`,
    ADMIN_API_KEY_FILE: secret,
  });
  assert.equal(code, 3, printed);
  assert.match(printed, /^FIX {3}files .*\n {21}to do: remove the rights of other users: chmod o= /m);
  const development = await doctor({ PORT: '0', DATABASE_URL: `file:${folder}/books.db`, PROT: '1' });
  assert.equal(development.code, 3);
  assert.match(development.printed, /^FIX {3}secrets {8}development mode/m);
  assert.match(
    development.printed,
    /^FIX {3}configuration {2}the variable PROT is set, .* is PORT meant\?$/m,
  );
});

test('doctor finds what would prevent a server from starting', async (t) => {
  const folder = temporaryFolder(t);
  const at = (name: string) => ({ DATABASE_URL: `file:${join(folder, name)}` });
  const foreign = new DatabaseSync(join(folder, 'foreign.db'));
  foreign.exec('CREATE TABLE songs (name TEXT)');
  foreign.close();
  writeFileSync(join(folder, 'orphan.db-wal'), 'what was acknowledged');
  writeFileSync(join(folder, 'text.db'), 'this is no database, and longer than its head would be');
  const port = Number(
    new URL(
      await listen(
        t,
        createServer((_request, response) => response.end('hello')),
      ),
    ).port,
  );
  const newer = await usedFile(t);
  const changed = new DatabaseSync(newer);
  changed.exec('PRAGMA user_version = 9999');
  changed.close();
  const wrong: readonly (readonly [environment: Readonly<Record<string, string>>, found: RegExp])[] = [
    [at('foreign.db'), /^stop database: .* is an SQLite database of another program/],
    [at('orphan.db'), /^stop database: .*orphan\.db-wal exists without its database/],
    [at('text.db'), /^stop database: .* is not an SQLite database/],
    [
      { DATABASE_URL: `file:${newer}` },
      /^stop database: the database has schema 9999, which a newer version/,
    ],
    [{ DATABASE_URL: 'mysql://root:hidden-password@h/d' }, /^stop configuration: DATABASE_URL is neither/],
    [{ ...at('new.db'), PORT: String(port) }, /^stop port: .* is in use by another program/],
    [{ ...at('new.db'), HOST: '203.0.113.1' }, /^stop port: HOST is 203\.0\.113\.1, which is not an address/],
    [{ ...at('new.db'), ADMIN_API_KEY: 'admin-password-1' }, /^stop configuration: ADMIN_API_KEY/],
    [
      { ...at('new.db'), TLS_CERT_FILE: join(folder, 'none.pem'), TLS_KEY_FILE: join(folder, 'none.key') },
      /^stop files: TLS_KEY_FILE: ENOENT/,
    ],
    [
      { DATABASE_URL: 'postgres://billonce:hidden-password@127.0.0.1:9/books' },
      /^stop database: .*127\.0\.0\.1/,
    ],
  ];
  for (const [environment, found] of wrong) {
    const { code, bad, printed } = await findings(environment);
    assert.equal(code, 1, printed);
    assert.ok(
      bad.some((line) => found.test(line)),
      `${found}: ${printed}`,
    );
    assert.doesNotMatch(printed, /hidden-password/);
  }
});

test('doctor examines the certificate', async (t) => {
  const tls = (name: string) => join(import.meta.dirname, `fixtures/tls/one.${name}.pem`);
  const { all } = await findings({
    DATABASE_URL: `file:${temporaryFolder(t)}/books.db`,
    TLS_CERT_FILE: tls('cert'),
    TLS_KEY_FILE: tls('key'),
  });
  assert.ok(all.some(({ found }) => /^the certificate for .* is valid until /.test(found)));
});

test('doctor exits with 2 on unknown arguments', async () => {
  const { code, printed } = await doctor({}, '--database', 'mysql://root:hidden-password@h/d');
  assert.deepEqual([code, /hidden-password/.test(printed)], [2, false]);
  assert.equal((await doctor({}, 'now')).code, 2);
  assert.equal((await doctor({}, '--help')).code, 0);
});

test('doctor judges the clock, the free space and the versions', () => {
  const nowMs = Date.UTC(2027, 0);
  const states = [
    clockFinding(nowMs, nowMs - 1, 'a write'),
    clockFinding(nowMs, nowMs + 5_000, 'a write'),
    clockFinding(nowMs, nowMs + 5_001, 'a write'),
    clockFinding(0, 0, 'a write'),
    apartFinding(nowMs, nowMs + 5_000),
    apartFinding(nowMs, nowMs - 5_001),
    spaceFinding('/', { freeBytes: 2_048n << 20n, totalBytes: 1n << 40n }),
    spaceFinding('/', { freeBytes: (2_048n << 20n) - 1n, totalBytes: 1n << 40n }),
    spaceFinding('/', { freeBytes: (256n << 20n) - 1n, totalBytes: 1n << 40n }),
    checkVersions({ node: '24.0.0', sqlite: '3.50.0' }),
    checkVersions({ node: '22.18.0', sqlite: '3.50.0' }),
    checkVersions({ node: '24.0.0', sqlite: undefined }),
  ].map(({ state }) => state);
  assert.deepEqual(states, [
    'ok',
    'ok',
    'fix',
    'stop',
    'ok',
    'fix',
    'ok',
    'fix',
    'stop',
    'ok',
    'stop',
    'stop',
  ]);
});
