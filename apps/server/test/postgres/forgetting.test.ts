// Records outside the partition of their day: how they are found, and how their space is reused.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Client } from 'pg';
import { startPostgres } from '../../../../packages/idempotency/test/harness/postgres.ts';
import { openPostgres } from '../../src/storage/postgres/open.ts';
import type { SweepCursor } from '../../src/storage/sweep-step.ts';
import { isByTenant } from '../harness/database.ts';
import { executorOptions, postgresOptions } from '../harness/engine.ts';
import { connect } from '../harness/instances.ts';
import { onEnd } from '../harness/on-end.ts';

const dayMs = 86_400_000;
const rows = 20_000;
const retentionMs = 400 * dayMs;

/**
 * A database on a separate server with records of random keys, one for each millisecond, and the sweep of an instance.
 */
async function startFilled(t: TestContext, settings: Readonly<Record<string, string>> = {}) {
  const postgres = await startPostgres({ settings });
  onEnd(t, () => postgres.stop());
  const url = postgres.connectionString;
  const clock = { nowMs: Date.now() };
  const options = { ...postgresOptions, url, retentionMs };
  const storage = await openPostgres(
    options,
    executorOptions,
    () => clock.nowMs,
    () => undefined,
  );
  const client = await connect(t, url);
  const limits = { answerTtlMs: dayMs, retentionMs };
  // The clock has run steadily for long enough.
  await storage.sweepable.sweep(clock.nowMs, { ...limits, rowsMax: 1, cursor: undefined });
  await client.query('UPDATE operator SET steady_since_ms = 0 WHERE swept_at_ms IS NOT NULL');
  await client.query(
    `INSERT INTO records SELECT 'acme', '\\x00', '\\xff' || sha256(int8send(n)), '', $1::bigint + n, 'POST', '/', 201, NULL, 0, n, 0
      FROM generate_series(1, ${rows}) AS n`,
    [clock.nowMs - retentionMs],
  );
  // Counted before vacuum, because the inserts alone would start autovacuum too.
  await client.query('SELECT pg_stat_force_next_flush()');
  await client.query('VACUUM (ANALYZE) records_untimed');
  /** Forgets the oldest records, with at most this many in each step. */
  const forget = async (count: number, rowsMax: number) => {
    let cursor: SweepCursor | undefined;
    let steps = 0;
    for (let isDone = false; !isDone; steps++) {
      const step = await storage.sweepable.sweep(clock.nowMs + count + 1, { ...limits, rowsMax, cursor });
      assert.equal(step.kind, 'swept');
      ({ isDone, cursor } = step);
    }
    return steps;
  };
  return { client, url, storage, forget };
}

async function countRows(client: Client): Promise<number> {
  return Number((await client.query('SELECT count(*) FROM records')).rows[0].count);
}

test('a step of the sweep does not read the dead rows of earlier steps again', {
  skip: isByTenant && 'where rows are deleted tenant by tenant, each step begins with the oldest row again',
}, async (t) => {
  const { client, url, storage, forget } = await startFilled(t, { autovacuum: 'off' });
  // Like a long report, it keeps vacuum from removing the dead rows.
  const reader = await connect(t, url);
  await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await reader.query('SELECT 1');
  const forgotten = 3_000;
  const steps = await forget(forgotten, 100);
  assert.equal(steps, forgotten / 100 + 1);
  assert.equal(await countRows(client), rows - forgotten);
  // A connection reports its counters when it ends.
  await storage.close();
  const sql = `SELECT idx_tup_read AS read FROM pg_stat_user_indexes WHERE indexrelname = 'records_untimed_by_time'`;
  let read = 0;
  while (read < forgotten) read = Number((await client.query(sql)).rows[0].read);
  assert.ok(read < 2 * forgotten, `${read} entries of the index were read to forget ${forgotten}`);
  await reader.query('ROLLBACK');
});

test('autovacuum clears forgotten records before a twentieth of their table is dead', async (t) => {
  const { client, storage, forget } = await startFilled(t, { autovacuum_naptime: '1s' });
  const sql = `SELECT autovacuum_count AS count FROM pg_stat_user_tables WHERE relname = 'records_untimed'`;
  const countVacuums = async () => Number((await client.query(sql)).rows[0].count);
  const before = await countVacuums();
  await forget(rows / 20, 2_000);
  await storage.close();
  while ((await countVacuums()) === before);
  assert.equal(await countRows(client), rows - rows / 20);
});
