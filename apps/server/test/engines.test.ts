// A reader who knows the files of one engine also knows the files of the other.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

/** Files that only one engine has, and why. */
const ofOneEngine: ReadonlySet<string> = new Set([
  // PostgreSQL finds and locks the accounts before it loads. SQLite has one writer and no row locks.
  'postgres/write/find-accounts.ts',
  'postgres/write/load-after-locks.ts',
  'postgres/write/wanted.ts',
  // SQLite has a table of answers for each day. PostgreSQL has partitions of one table instead.
  'sqlite/read/answers.ts',
  // The only writer of SQLite may keep in memory what it has written. On PostgreSQL other instances write too.
  'sqlite/write/entry-index.ts',
  'sqlite/read/late-records.ts',
  'sqlite/write/lagging-index.ts',
  'sqlite/write/record-index.ts',
  'sqlite/write/kept-rows.ts',
  // PostgreSQL inserts many rows with one statement, by unnest.
  'sqlite/write/rows-insert.ts',
  // The only writer of SQLite also knows which agents have a balance. PostgreSQL asks with one query for all agents of
  // a batch.
  'sqlite/write/billed-agents.ts',
  'postgres/read/tenant-agents.ts',
  // Only PostgreSQL can place the rows of each tenant on another node.
  'postgres/upkeep/by-tenant.ts',
  // SQLite deletes them row by row. On PostgreSQL they are dropped as partitions.
  'sqlite/upkeep/answers.ts',
  'sqlite/upkeep/deliveries.ts',
]);

test('both engines have the same files for reads, writes and upkeep', () => {
  const filesOf = (engine: string) =>
    ['read', 'write', 'upkeep'].flatMap((folder) =>
      readdirSync(new URL(`../src/storage/${engine}/${folder}/`, import.meta.url))
        .filter((name) => !name.endsWith('.test.ts') && !ofOneEngine.has(`${engine}/${folder}/${name}`))
        .map((name) => `${folder}/${name}`),
    );
  const files = filesOf('sqlite');
  assert.ok(files.length > 35, files.join());
  assert.deepEqual(files, filesOf('postgres'));
});
