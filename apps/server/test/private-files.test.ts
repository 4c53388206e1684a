import assert from 'node:assert/strict';
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runBooksCommand } from '../src/cli/books/commands.ts';
import { startInProcess } from './harness/in-process.ts';
import { temporaryFolder } from './harness/temporary-folder.ts';

test('no other user may read a file of the server or of the command line, regardless of the umask', async (t) => {
  process.umask(0);
  const folder = join(temporaryFolder(t), 'made');
  const database = join(folder, 'books.db');
  const { api } = await startInProcess(t, { DATABASE_URL: `file:${database}` });
  const { status } = await api.post('/usage', { agent: 'a', serviceId: 'search', requests: 1 });
  assert.equal(status, 201);
  const run = async (source: string, ...args: string[]) => {
    let printed = '';
    const print = (text: string) => {
      printed += text;
    };
    const [command, ...rest] = args;
    assert.ok(command === 'backup' || command === 'restore' || command === 'export');
    const environment = { DATABASE_URL: `file:${source}` };
    assert.equal(await runBooksCommand(command, rest, { print, complain: print, environment }), 0, printed);
  };
  await run(database, 'backup', join(folder, 'copy.db'));
  await run(join(folder, 'restored.db'), 'restore', join(folder, 'copy.db'));
  await run(database, 'export', 'entries', join(folder, 'entries.csv'));
  const names = readdirSync(folder);
  const made = ['.books.db-lock', 'books.db', 'books.db-wal', 'copy.db', 'restored.db', 'entries.csv'];
  assert.deepEqual(
    made.filter((name) => !names.includes(name)),
    [],
  );
  for (const name of names) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
});

test('the next start closes a database that other users could read, and keeps it open to its group', async (t) => {
  const file = join(temporaryFolder(t), 'books.db');
  const first = await startInProcess(t, { DATABASE_URL: `file:${file}` });
  await first.app.close();
  chmodSync(file, 0o664);
  await startInProcess(t, { DATABASE_URL: `file:${file}` });
  assert.equal(statSync(file).mode & 0o777, 0o660);
});
