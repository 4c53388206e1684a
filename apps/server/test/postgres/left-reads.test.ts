// If a client disconnects during a read, the statement of the read on the database ends too.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import type { Client } from 'pg';
import { StorageFault } from '../../src/ledger/storage-port.ts';
import type { JobArgs } from '../../src/reads/read-jobs.ts';
import { ReadAborted } from '../../src/reads/read-places.ts';
import { ReadPool } from '../../src/storage/postgres/pool.ts';
import { emptyPostgres } from '../harness/database.ts';
import {
  connect,
  holdKey,
  price,
  startInstances,
  tenant,
  untilWaiting,
  usage,
} from '../harness/instances.ts';
import { onEnd } from '../harness/on-end.ts';

/** Waits until this many sums wait for the lock of a table. Only a cancellation ends their wait. */
async function untilSumsWait(client: Client, count: number): Promise<void> {
  const sql = `SELECT count(*)::integer AS waiting FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'WITH page AS%'`;
  while (Number((await client.query(sql)).rows[0]?.waiting) !== count) await passing(5);
}

test('a statement whose client has left is cancelled, and other statements on its connection are sent again', {
  timeout: 60_000,
}, async (t) => {
  const { url, first, client } = await startInstances(t);
  const looker = await connect(t, url);
  await first.execute(price(7n), usage('agent-1'), usage('agent-2'));
  const begin = () => {
    const leaving = new AbortController();
    const stats = first.jobs.run({ name: 'statsOf', args: [tenant] }, leaving.signal);
    return { leave: () => leaving.abort(), stats };
  };
  // Only a cancellation ends a wait for this lock.
  await client.query('BEGIN');
  await client.query('LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE');
  const reads = Array.from({ length: 4 }, begin);
  await untilSumsWait(looker, 2);
  const [stays, ...others] = reads;
  const gone = others.map(({ stats }) => assert.rejects(stats, ReadAborted));
  for (const { leave } of others) leave();
  await Promise.all(gone);
  // Of all sent reads, one remains, on one of the two connections.
  await untilSumsWait(looker, 1);
  stays?.leave();
  await assert.rejects(stays?.stats ?? Promise.resolve(), ReadAborted);
  await untilSumsWait(looker, 0);
  await client.query('ROLLBACK');
  assert.equal((await begin().stats).accounts, 2);
});

test('a read without an answer in time is also cancelled, and the next one finds a connection', async (t) => {
  const url = await emptyPostgres();
  const looker = await connect(t, url);
  const pool = new ReadPool({ url, isPrepared: true, answerWithinMs: 200 }, 1);
  onEnd(t, () => pool.close());
  const { signal } = new AbortController();
  await assert.rejects(
    pool.use((connection) => connection.rows('SELECT pg_sleep(600)', []), signal),
    (error) => error instanceof StorageFault && error.kind === 'unavailable',
  );
  const sql = `SELECT count(*)::integer AS running FROM pg_stat_activity
    WHERE datname = current_database() AND query = 'SELECT pg_sleep(600)' AND state = 'active'`;
  while (Number((await looker.query(sql)).rows[0]?.running) > 0) await passing(5);
  assert.deepEqual(await pool.use((connection) => connection.rows('SELECT 1 AS one', []), signal), [
    { one: 1 },
  ]);
});

test('a list that waits too long for a batch reports that, also from a reader thread', async (t) => {
  const impatient = { horizonWaits: { freshWithinMs: 0, firstWithinMs: 0 } };
  const { first, second, client } = await startInstances(t, impatient);
  await first.execute(usage('agent-1'));
  await holdKey(client, 'held');
  const held = first.send(usage('agent-1'), 'held');
  await untilWaiting(client, 1);
  const query: JobArgs<'listEvents'>[0] = { tenant, sinceMs: 0, type: undefined, order: 'asc' };
  const { signal } = new AbortController();
  await assert.rejects(
    second.jobs.run({ name: 'listEvents', args: [query, undefined, 10] }, signal),
    (error) => error instanceof StorageFault && error.facts.obstacle === 'running_batch',
  );
  await client.query('ROLLBACK');
  await held;
  const { items } = await second.jobs.run({ name: 'listEvents', args: [query, undefined, 10] }, signal);
  assert.equal(items.length, 2);
});
