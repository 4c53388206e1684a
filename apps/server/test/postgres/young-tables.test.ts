import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyzeYoung } from '../../src/storage/postgres/database/young-tables.ts';
import { ExclusiveConnection } from '../../src/storage/postgres/exclusive-connection.ts';
import { isOnCitus, isPrepared, migratedPostgres } from '../harness/database.ts';
import { connect } from '../harness/instances.ts';

test('a small table is analyzed each time it has doubled, and so are the partitions of deliveries', {
  skip:
    isOnCitus && 'the coordinator of Citus has no rows; each worker analyzes its shards itself (autovacuum)',
}, async (t) => {
  const url = await migratedPostgres();
  const client = await connect(t, url);
  const connection = await ExclusiveConnection.open({ url, isPrepared });
  t.after(() => connection.close());
  const fill = (from: number, through: number) =>
    client.query(`INSERT INTO accounts (tenant, account, agent, service_id)
      SELECT 'acme', gen_random_uuid(), 'agent-' || n, 'search' FROM generate_series(${from}, ${through}) AS n`);
  const rowsKnown = async () =>
    (await client.query("SELECT reltuples FROM pg_class WHERE relname = 'accounts'")).rows[0].reltuples;
  // Autovacuum does not run in this database during the test: it would begin only after a minute.
  await analyzeYoung(connection);
  for (const [from, through] of [
    [1, 5],
    [6, 1_000],
    [1_001, 10_000],
  ] as const) {
    await fill(from, through);
    assert.deepEqual(await analyzeYoung(connection), ['accounts']);
    assert.equal(await rowsKnown(), through);
  }
  await fill(10_001, 10_100);
  assert.deepEqual(await analyzeYoung(connection), []);
  await client.query(`INSERT INTO deliveries (tenant, webhook, event, event_type, state, attempts, next_attempt_at_ms)
    SELECT 'acme', gen_random_uuid(), gen_random_uuid(), 'usage.recorded', 'pending', 0, 0 FROM generate_series(1, 100)`);
  assert.deepEqual(await analyzeYoung(connection), ['deliveries_rest']);
});
