// Who knows the files of one engine knows those of the other one.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';

/** What one engine alone has, and why. */
const ofOneEngine: ReadonlySet<string> = new Set([
  // PostgreSQL finds the accounts and locks them before it loads; SQLite has one writer and no locks on rows.
  'postgres/write/find-accounts.ts',
  'postgres/write/load-after-locks.ts',
  'postgres/write/wanted.ts',
  // SQLite has a table of answers for each day, which PostgreSQL has as parts of one table.
  'sqlite/read/answers.ts',
  // Its one writer may keep what it has written; on PostgreSQL others write, too.
  'sqlite/write/entry-index.ts',
  'sqlite/read/late-records.ts',
  'sqlite/write/lagging-index.ts',
  'sqlite/write/record-index.ts',
  'sqlite/write/kept-rows.ts',
  // PostgreSQL makes many rows with one statement by unnest.
  'sqlite/write/rows-insert.ts',
  // Its one writer also knows which agents have a balance; on PostgreSQL a query for all agents of a batch asks.
  'sqlite/write/billed-agents.ts',
  'postgres/read/tenant-agents.ts',
  // Only PostgreSQL may have the rows of each tenant on another node.
  'postgres/upkeep/by-tenant.ts',
  // There they are deleted row by row; on PostgreSQL they leave as parts of tables.
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
