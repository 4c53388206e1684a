import assert from 'node:assert/strict';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { runBooksCommand } from '../src/cli/books/commands.ts';
import { apiAt } from './harness/api.ts';
import { startProcess } from './harness/process.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

async function run(database: string, command: 'backup' | 'restore' | 'verify', ...args: string[]) {
  let printed = '';
  const print = (text: string) => {
    printed += text;
  };
  const environment = { DATABASE_URL: `file:${database}` };
  const code = await runBooksCommand(command, args, { print, complain: print, environment });
  return { code, printed };
}

const usage = (agent: string) => ({ agent, serviceId: 'search', requests: 3 });

test('a backup taken while the server writes is whole, verifies, and serves the same answers once restored', async (t) => {
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

test('verify finds a bill that was tampered with, and ends with 1', async (t) => {
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
  assert.equal(code, 1);
  assert.match(printed, /DIFFERS public/);
  assert.match(printed, /agent-0 search:/);
});

test('neither a backup nor a restore writes over anything, and a restore needs a sound database of ours', async (t) => {
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
    /is not a database of Billonce/,
  );
  assert.match((await run(other, 'restore', join(folder, 'none.db'))).printed, /there is no file/);
  assert.equal(existsSync(other), false);
});

test('a command that is misused says how it is used', async (t) => {
  const database = join(temporaryFolder(t), 'books.db');
  assert.equal((await run(database, 'backup')).code, 2);
  assert.equal((await run(database, 'restore', 'a', 'b')).code, 2);
  assert.equal((await run(database, 'verify', '--nonsense')).code, 2);
  assert.match((await run(database, 'verify', '--help')).printed, /^Usage: billonce verify/);
});
