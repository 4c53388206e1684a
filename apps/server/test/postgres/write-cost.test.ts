// The cost of a keyed single write on PostgreSQL, in counts that do not depend on the machine.
import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { startPostgres } from '../../../../packages/idempotency/test/harness/postgres.ts';
import { StorageExecutor } from '../../src/ledger/batch-executor.ts';
import { PostgresConnection } from '../../src/storage/postgres/connection.ts';
import { ExclusiveConnection } from '../../src/storage/postgres/exclusive-connection.ts';
import { migrate } from '../../src/storage/postgres/migrations/migrate.ts';
import { PostgresStorage } from '../../src/storage/postgres/write/storage.ts';
import { executorOptions, postgresOptions } from '../harness/engine.ts';
import { connect } from '../harness/instances.ts';
import { keyedSingle } from '../harness/keyed-single.ts';
import { onEnd } from '../harness/on-end.ts';

/** About the number of writes that an instance commits together with 64 connections. */
const batchItems = 32;
const batches = 40;
const warmUpBatches = 10;
/** The database syncs like one in production. Only the batches write to its log. */
const settings = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on', autovacuum: 'off' };

test('a batch of keyed singles costs a few statements, two round trips and one sync', async (t) => {
  const { connectionString: url } = await startPostgres({ settings });
  const connection = await ExclusiveConnection.open({ url, isPrepared: true, answerWithinMs: 60_000 });
  await migrate(connection);
  await connection.close();
  const client = await connect(t, url);
  const migrationSyncs = await syncs();
  const storage = new PostgresStorage({ ...postgresOptions, url }, { onApiKeysChanged: () => undefined });
  let closed: Promise<void> | undefined;
  const close = () => (closed ??= storage.close());
  onEnd(t, close);
  const executor = new StorageExecutor(storage, executorOptions);
  const commit = async () => {
    const submissions = Array.from({ length: batchItems }, keyedSingle);
    const outcomes = await executor.execute({ submissions, nowMs: Date.now() });
    assert.ok(outcomes.every(({ kind }) => kind === 'answered'));
  };
  // These create the accounts and prepare the statements.
  for (let batch = 0; batch < warmUpBatches; batch++) await commit();

  const before = await logBytes();
  const counted = countStatements(t);
  for (let batch = 0; batch < batches; batch++) await commit();
  const { statements, writes } = counted();
  const bytes = ((await logBytes()) - before) / (batches * batchItems);
  // A connection reports its work when it ends, or earlier.
  await close();
  const synced = (await syncs()) - migrationSyncs;
  t.diagnostic(
    `for each batch ${statements / batches} statements in ${writes / batches} writes to the socket; ` +
      `for each single ${bytes.toFixed(0)} bytes of log; ${synced} syncs for ${warmUpBatches + batches} batches`,
  );
  assert.ok(statements / batches <= 13, `${statements / batches} statements`);
  // One write to the socket locks and reads, another one saves and commits. Everything sent in one turn of the event
  // loop is one write.
  assert.equal(writes / batches, 2);
  assert.ok(bytes <= 1_700, `${bytes} bytes`);
  // The log writer may have synced a commit together with another one.
  assert.ok(synced > 0 && synced <= warmUpBatches + batches, `${synced} syncs`);

  async function logBytes(): Promise<number> {
    const { rows } = await client.query<{ readonly bytes: number }>(
      "SELECT (pg_current_wal_insert_lsn() - '0/0')::float8 AS bytes",
    );
    return rows[0]?.bytes ?? assert.fail('no row');
  }

  /** The number of log syncs by connections that have ended. */
  async function syncs(): Promise<number> {
    for (;;) {
      await client.query('SELECT pg_stat_clear_snapshot()');
      const { rows } = await client.query<{ readonly syncs: number; readonly open: number }>(
        `SELECT sum(fsyncs)::float8 AS syncs, (SELECT count(*)::float8 FROM pg_stat_activity WHERE application_name = 'billonce') AS open
         FROM pg_stat_io WHERE object = 'wal' AND backend_type = 'client backend'`,
      );
      if (rows[0]?.open === 0) return rows[0].syncs;
    }
  }
});

/** Counts statements, and the socket writes that send them, until the returned function is called. */
function countStatements(t: TestContext): () => { readonly statements: number; readonly writes: number } {
  const socket = Socket.prototype;
  assert.ok(writesSeveral(socket));
  const mocks = {
    rows: t.mock.method(PostgresConnection.prototype, 'rows'),
    command: t.mock.method(PostgresConnection.prototype, 'command'),
    exec: t.mock.method(ExclusiveConnection.prototype, 'exec'),
    one: t.mock.method(socket, '_write'),
    several: t.mock.method(socket, '_writev'),
  };
  const sum = (...counted: readonly (keyof typeof mocks)[]) =>
    counted.reduce((total, name) => total + mocks[name].mock.callCount(), 0);
  return () => {
    const counts = { statements: sum('rows', 'command', 'exec'), writes: sum('one', 'several') };
    for (const { mock } of Object.values(mocks)) mock.restore();
    return counts;
  };
}

function writesSeveral(socket: Socket): socket is Socket & Required<Pick<Socket, '_writev'>> {
  return socket._writev !== undefined;
}
