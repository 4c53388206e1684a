import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from 'pg';
import { Connection, type Statements } from '../../src/storage/postgres/connection.ts';
import { loadNextWaiting } from '../../src/storage/postgres/read/deliveries.ts';
import { isPrepared, migratedPostgres } from '../harness/database.ts';
import { connect } from '../harness/instances.ts';

const nowMs = 1_795_000_000_000;
/** An entry in an index, and the way to it; not the rows that are due. */
const blocksMax = 20;
const webhooks = 16;
const webhook = (number: string) => `('01a21b4b-4172-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;

test('the next webhook is found in a few blocks, however many deliveries are due', async (t) => {
  const url = await migratedPostgres();
  const client = await connect(t, url);
  await client.query(`INSERT INTO deliveries
      (tenant, webhook, event, event_type, state, attempts, next_attempt_at_ms)
    SELECT 'acme', ${webhook('w')}, ${webhook('g')}, 'usage.recorded', 'pending', 0, ${nowMs}
    FROM generate_series(1, 1000) AS g, generate_series(1, ${webhooks}) AS w`);
  await client.query('VACUUM ANALYZE deliveries');
  const connection = await Connection.open({ url, isPrepared });
  t.after(() => connection.close());
  const first = await loadNextWaiting(connection, undefined, nowMs);
  assert.equal(first?.webhookId, '01a21b4b-4172-7000-8000-000000000001');
  const next = await loadNextWaiting(connection, first, nowMs);
  assert.equal(next?.webhookId, '01a21b4b-4172-7000-8000-000000000002');
  assert.equal(await loadNextWaiting(connection, undefined, nowMs - 1), undefined, 'nothing is due before');
  const whenDue = await blocksOf(client, (counted) => loadNextWaiting(counted, undefined, nowMs));
  assert.ok(whenDue <= blocksMax, `all are due: ${whenDue} blocks`);
  const before = await blocksOf(client, (counted) => loadNextWaiting(counted, undefined, nowMs - 1));
  assert.ok(before <= webhooks * blocksMax, `none is due: ${before} blocks`);
});

/** How many blocks the database looks at for a statement. */
async function blocksOf(client: Client, ask: (statements: Statements) => Promise<unknown>): Promise<number> {
  let blocks = 0;
  await ask({
    async rows(sql, values) {
      const { rows } = await client.query(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`, [...values]);
      const plan = rows[0]['QUERY PLAN'][0].Plan;
      blocks += plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
      return [];
    },
  });
  return blocks;
}
