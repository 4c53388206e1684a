import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from 'pg';
import { PostgresConnection } from '../../src/storage/postgres/connection.ts';
import { loadWaitingWebhooks } from '../../src/storage/postgres/read/deliveries.ts';
import type { StatementRunner } from '../../src/storage/postgres/statement-runner.ts';
import { isOnCitus, isPrepared, migratedPostgres } from '../harness/database.ts';
import { connect } from '../harness/instances.ts';

const nowMs = 1_795_000_000_000;
/** Enough for an index entry and the way to it, in each part of the coming days, but not for the due rows. */
const blocksMax = 50;
const webhooks = 16;
const webhook = (number: string) => `('01a21b4b-4172-7000-8000-' || lpad(to_hex(${number}), 12, '0'))::uuid`;

test('webhooks with something due are found in a few blocks each, no matter how many deliveries are due', {
  skip:
    isOnCitus &&
    'on Citus all that waits is read: no query over all tenants can go from one webhook to the next',
}, async (t) => {
  const url = await migratedPostgres();
  const client = await connect(t, url);
  await client.query(`INSERT INTO deliveries
      (tenant, webhook, event, event_type, state, attempts, next_attempt_at_ms)
    SELECT 'acme', ${webhook('w')}, ${webhook('g')}, 'usage.recorded', 'pending', 0, ${nowMs}
    FROM generate_series(1, 1000) AS g, generate_series(1, ${webhooks}) AS w`);
  await client.query('VACUUM ANALYZE deliveries');
  const connection = await PostgresConnection.open({ url, isPrepared });
  t.after(() => connection.close());
  const found = await loadWaitingWebhooks(connection, undefined, nowMs, 5);
  const names = (numbers: readonly number[]) =>
    numbers.map((number) => `01a21b4b-4172-7000-8000-${number.toString(16).padStart(12, '0')}`);
  assert.deepEqual(
    found.map(({ webhookId }) => webhookId),
    names([1, 2, 3, 4, 5]),
  );
  const others = await loadWaitingWebhooks(connection, found.at(-1), nowMs, 100);
  assert.deepEqual(
    others.map(({ webhookId }) => webhookId),
    names([6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]),
  );
  assert.ok([...found, ...others].every(({ tenant, isDue }) => tenant === 'acme' && isDue));
  const early = await loadWaitingWebhooks(connection, undefined, nowMs - 1, 100);
  assert.deepEqual(new Set(early.map(({ isDue }) => isDue)), new Set([false]), 'nothing is due before');
  assert.equal(early.length, webhooks);
  for (const momentMs of [nowMs, nowMs - 1]) {
    const blocks = await blocksOf(client, (counted) =>
      loadWaitingWebhooks(counted, undefined, momentMs, 100),
    );
    assert.ok(blocks <= webhooks * blocksMax, `${blocks} blocks`);
  }
});

/** The number of blocks that the database reads for a statement. */
async function blocksOf(
  client: Client,
  ask: (statements: StatementRunner) => Promise<unknown>,
): Promise<number> {
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
