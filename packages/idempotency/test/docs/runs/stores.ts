import assert from 'node:assert/strict';
import type { IdempotencyStore } from '../../../src/core/store.ts';
import { createOnce } from '../../../src/once.ts';
import { startPostgres, type TestPostgres } from '../../harness/postgres.ts';
import {
  charges,
  elsewhere,
  exporting,
  inTemporaryFolder,
  type Run,
  withEnvironment,
} from '../harness/runs.ts';

async function assertWorks(store: unknown): Promise<void> {
  assert.ok(isStore(store));
  const once = createOnce({ store });
  let runs = 0;
  const run = () => once('message-1', null, () => ++runs);
  assert.deepEqual([await run(), await run()], [1, 1]);
}

function isStore(value: unknown): value is IdempotencyStore {
  return typeof value === 'object' && value !== null && 'claim' in value;
}

const works = exporting(({ store }) => assertWorks(store));

let postgres: Promise<TestPostgres> | undefined;

/** Runs with the address of a PostgreSQL, which all runs share. */
function onPostgres(run: Run): Run {
  return async (t, page, file) => {
    postgres ??= startPostgres();
    await withEnvironment({ DATABASE_URL: (await postgres).connectionString }, run)(t, page, file);
  };
}

/** Stops the servers of the runs. The pools of the pages lose their connections, so that the process can end. */
export async function stopServers(): Promise<void> {
  await (await postgres)?.stop();
}

export const storeRuns: Readonly<Record<string, Readonly<Record<string, Run>>>> = {
  'docs/how-to/idempotency/choose-a-store.md': {
    'memory.js': works,
    'sqlite.js': withEnvironment({ DATABASE_FILE: ':memory:' }, works),
    'postgres.js': onPostgres(works),
    'mysql.js': elsewhere('src/stores/mysql.test.ts'),
    'redis.js': elsewhere('src/stores/redis.test.ts'),
    'upstash.js': elsewhere('src/stores/redis-upstash.test.ts'),
    'dynamodb.js': elsewhere('src/stores/dynamodb.test.ts'),
    'mongodb.js': elsewhere('src/stores/mongodb.test.ts'),
  },
  'docs/how-to/idempotency/use-the-atomic-mode.md': {
    'charge-app.js': onPostgres(charges()),
    'sqlite-charge-app.js': inTemporaryFolder(charges()),
  },
  'docs/how-to/idempotency/fail-over-with-redis.md': {
    'replicated.js': elsewhere('test/redis/lost-writes.test.ts'),
  },
  'docs/how-to/idempotency/write-a-store.md': {
    'map-store.ts': exporting(async ({ mapStore }) => {
      if (typeof mapStore !== 'function') assert.fail('there is no mapStore');
      await assertWorks(mapStore(Date.now));
    }),
  },
};
