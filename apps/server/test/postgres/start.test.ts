// Tests how instances start as processes: at the same time, on a newer schema, and on a database without durable
// commits. The binaries of these tests have no PostgreSQL older than 15, so the refusal of such a version is not tested
// here.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startPostgres } from '../../../../packages/idempotency/test/harness/postgres.ts';
import { ExclusiveConnection } from '../../src/storage/postgres/exclusive-connection.ts';
import { migrate } from '../../src/storage/postgres/migrations/migrate.ts';
import { apiAt } from '../harness/api.ts';
import { emptyPostgres } from '../harness/database.ts';
import { connect, untilWaiting } from '../harness/instances.ts';
import { onEnd } from '../harness/on-end.ts';
import { startProcess } from '../harness/process.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };

test('five servers that start simultaneously on an empty database all run', async (t) => {
  const url = await emptyPostgres();
  const environment = { DATABASE_URL: url, DATABASE_ALLOW_UNSAFE: 'true', DATABASE_LANES: '1' };
  // The lock stops each of them at its first step, so that they do the rest at the same time.
  const client = await connect(t, url);
  await client.query('BEGIN');
  await client.query('CREATE TABLE schema_versions (version integer PRIMARY KEY)');
  const starting = Promise.all(Array.from({ length: 5 }, () => startProcess(t, environment)));
  await Promise.race([untilWaiting(client, 3), starting]);
  await client.query('ROLLBACK');
  const servers = await starting;
  const answers = await Promise.all(servers.map((server) => apiAt(server.url).post('/usage', usage, 'k')));
  assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
  assert.deepEqual(
    answers.map(({ status, headers }) => `${status} ${headers.get('idempotency-replayed')}`).toSorted(),
    ['201 null', '201 true', '201 true', '201 true', '201 true'],
  );
  const { rows } = await client.query('SELECT version FROM schema_versions ORDER BY version');
  assert.deepEqual(
    rows.map(({ version }) => version),
    rows.map((_, index) => index + 1),
  );
  // Each of the five created the partitions of the next days, or found them: no row is in the default partition.
  for (const table of ['answers', 'records', 'deliveries']) {
    assert.equal((await client.query(`SELECT 1 FROM ${table}_rest`)).rowCount, 0, table);
  }
});

test('a server does not start on the schema of a newer version', async (t) => {
  const url = await emptyPostgres();
  const environment = { DATABASE_URL: url, DATABASE_ALLOW_UNSAFE: 'true' };
  await (await startProcess(t, environment)).stop('SIGTERM');
  await (await connect(t, url)).query('INSERT INTO schema_versions (version) VALUES (999)');
  await assert.rejects(startProcess(t, environment), /the database has schema 999/);
});

test('a database with tables of another program is refused, and nothing is created in it', async (t) => {
  const url = await emptyPostgres();
  const client = await connect(t, url);
  await client.query('CREATE TABLE accounts (id integer)');
  const connection = await ExclusiveConnection.open({ url, isPrepared: true, answerWithinMs: 60_000 });
  onEnd(t, () => connection.close());
  await assert.rejects(
    migrate(connection),
    /^Error: the database has a table accounts of another program: name an/,
  );
  const { rows } = await client.query(
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
  );
  assert.deepEqual(rows, [{ relname: 'accounts' }]);
});

test('a server does not start on a database that can lose acknowledged commits, unless a setting allows it', async (t) => {
  // The PostgreSQL of the tests does not sync.
  const url = await emptyPostgres();
  await assert.rejects(startProcess(t, { DATABASE_URL: url }), /fsync = off.*DATABASE_ALLOW_UNSAFE/);
  const settings = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };
  const safe = await startPostgres({ settings });
  onEnd(t, () => safe.stop());
  const environment = { DATABASE_URL: safe.connectionString };
  await (await startProcess(t, environment)).stop('SIGTERM');
  const client = await connect(t, safe.connectionString);
  await client.query('ALTER DATABASE postgres SET synchronous_commit = off');
  await assert.rejects(startProcess(t, environment), /\(synchronous_commit = off\)/);
  await (await startProcess(t, { ...environment, DATABASE_ALLOW_UNSAFE: 'true' })).stop('SIGTERM');
});
