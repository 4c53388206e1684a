// On PostgreSQL, a write about prepaid money reads few rows according to the statistics, even with thousands of
// balances and open holds.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BatchExecutor } from '../../src/ledger/batch-executor.ts';
import { openPostgres } from '../../src/storage/postgres/open.ts';
import { migratedPostgres } from '../harness/database.ts';
import { executorOptions, postgresOptions } from '../harness/engine.ts';
import { connect } from '../harness/instances.ts';
import { nodesOf, withoutShard } from '../harness/nodes.ts';
import { fillBalances, writeEach } from '../harness/prepaid-writes.ts';

const balances = 3_000;
const agents = 10;
/** The limit for each table and write. A scan of the balances or the holds would read all of them. */
const rowsMax = 25;
/** Lists the other connections of clients. It ends those that Citus keeps between nodes, because Citus replaces them. */
const endOthersSql = `SELECT application_name LIKE 'citus_internal%' AND pg_terminate_backend(pid)
  FROM pg_stat_activity
  WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`;

test('a write about prepaid money reads few rows, even with thousands of balances and open holds', async (t) => {
  const url = await migratedPostgres();
  const nowMs = Date.now();
  const withExecutor = async (run: (executor: BatchExecutor) => Promise<void>) => {
    const storage = await openPostgres(
      { ...postgresOptions, url },
      executorOptions,
      () => nowMs,
      () => undefined,
    );
    try {
      await run(storage.lanes[0] ?? assert.fail('the engine has no lane'));
    } finally {
      await storage.close();
    }
  };
  await withExecutor((executor) => fillBalances(executor, nowMs, balances));
  const nodes = await nodesOf(t, await connect(t, url), url);
  for (const node of nodes) await node.query('VACUUM ANALYZE');
  // A connection reports its reads when it ends, or earlier.
  const ended = async () => {
    for (const node of nodes) while ((await node.query(endOthersSql)).rows.length > 0);
  };
  await ended();
  const before = await rowsRead();
  let writes = 0;
  await withExecutor(async (executor) => {
    for (let agent = 0; agent < agents; agent++)
      writes += await writeEach(executor, nowMs, `agent-${agent * 7}`);
  });
  await ended();
  const after = await rowsRead();
  const each = [...after].map(
    ([table, rows]) => [table, Math.round((rows - (before.get(table) ?? 0)) / writes)] as const,
  );
  t.diagnostic(each.flatMap(([table, rows]) => (rows > 0 ? `${table} ${rows}` : [])).join(', '));
  assert.ok((after.get('holds') ?? 0) > (before.get('holds') ?? 0), 'the statistics count what was read');
  assert.deepEqual(
    each.filter(([, rows]) => rows > rowsMax),
    [],
  );

  /** The scanned rows of each table on all nodes, and the index entries that were read. */
  async function rowsRead(): Promise<ReadonlyMap<string, number>> {
    const read = new Map<string, number>();
    for (const node of nodes) {
      await node.query('SELECT pg_stat_clear_snapshot()');
      const { rows } = await node.query<{ readonly name: string; readonly rows: number }>(
        `SELECT t.relname AS name, (t.seq_tup_read + coalesce(sum(i.idx_tup_read), 0))::float8 AS rows
         FROM pg_stat_user_tables AS t LEFT JOIN pg_stat_user_indexes AS i USING (relid)
         GROUP BY t.relid, t.relname, t.seq_tup_read`,
      );
      for (const { name, rows: count } of rows)
        read.set(withoutShard(name), (read.get(withoutShard(name)) ?? 0) + count);
    }
    return read;
  }
});
