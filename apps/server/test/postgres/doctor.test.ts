// The examination of a PostgreSQL.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDoctor } from '../../src/cli/doctor/command.ts';
import { emptyPostgres, migratedPostgres } from '../harness/database.ts';

async function doctor(DATABASE_URL: string, allowsUnsafe: boolean) {
  let printed = '';
  const print = (text: string) => {
    printed += text;
  };
  const environment = { DATABASE_URL, PORT: '0', DATABASE_ALLOW_UNSAFE: String(allowsUnsafe) };
  const code = await runDoctor([], { print, complain: print, environment });
  return { code, printed };
}

test('doctor examines a database, and creates nothing in it', async () => {
  const url = await emptyPostgres();
  const first = await doctor(url, true);
  assert.equal(first.code, 3, first.printed);
  assert.match(
    first.printed,
    /^ok {4}database {7}it has no books yet: a server creates the tables when it starts$/m,
  );
  // The first examination created nothing.
  assert.equal((await doctor(url, true)).printed.includes('it has no books yet'), true);
  const { printed } = await doctor(await migratedPostgres(), true);
  assert.match(printed, /^ok {4}database {7}its schema is \d+, that of this version$/m);
  assert.match(printed, /^ok {4}database {7}this role may write to its tables$/m);
  assert.match(printed, /^ok {4}clock {10}the clocks of this machine and of the database agree$/m);
});

test('doctor finds settings that can lose acknowledged writes', async () => {
  // The databases of tests run without syncs.
  const { code, printed } = await doctor(await migratedPostgres(), false);
  assert.equal(code, 1, printed);
  assert.match(
    printed,
    /^STOP {2}database {7}the database would lose what it has acknowledged \(.*fsync = off/m,
  );
});
