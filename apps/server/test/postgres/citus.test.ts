// Tests on a running Citus with workers. If one is named, the suites of this folder also run on it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Client } from 'pg';
import { distributeTables } from '../../src/storage/postgres/database/citus.ts';
import { dayMs, dropParts, makeParts, partedTables } from '../../src/storage/postgres/database/parts.ts';
import { ExclusiveConnection } from '../../src/storage/postgres/exclusive-connection.ts';
import { migrate, migrations } from '../../src/storage/postgres/migrations/migrate.ts';
import { statementsOf } from '../../src/storage/postgres/migrations/statements.ts';
import { emptyPostgres, migratedPostgres } from '../harness/database.ts';
import { connect, startInstance } from '../harness/instances.ts';
import { nodesOf } from '../harness/nodes.ts';
import { onEnd } from '../harness/on-end.ts';

/** How many migrations the database of a test has seen when it is distributed: those of PostgreSQL alone. */
const distributedAt = 21;
const skip =
  process.env['BILLONCE_TEST_CITUS'] === undefined
    ? 'not run: BILLONCE_TEST_CITUS names no coordinator of Citus'
    : false;

test('an instance starts on Citus only if each transaction is of one tenant, and distributes every table of tenants', {
  skip,
}, async (t) => {
  const url = await emptyPostgres();
  const clock = { nowMs: Date.now() };
  await assert.rejects(
    startInstance(t, url, clock, { isByTenant: false }),
    /it has the extension citus: read/,
  );
  const said: (readonly string[])[] = [];
  for (const _ of ['first', 'second'])
    await startInstance(t, url, clock, { isByTenant: true, onDistributed: (tables) => said.push(tables) });
  const client = await connect(t, url);
  const { rows } = await client.query(`SELECT c.relname, d.partmethod FROM pg_class AS c
    LEFT JOIN pg_dist_partition AS d ON d.logicalrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname NOT LIKE 'citus%' ORDER BY 1`);
  const named = (method: string | null) =>
    rows.filter(({ partmethod }) => partmethod === method).map(({ relname }) => relname);
  assert.deepEqual(named(null), ['schema_versions', 'write_probes']);
  assert.deepEqual(named('n'), ['api_keys', 'operator']);
  assert.ok(named('h').length > 50, named('h').join());
  // Only the first instance distributes, and reports every table, but not the parts that were made later.
  const parts = /_\d{8}_\d{8}$|_rest$|_untimed$/;
  const whole = [...named('n'), ...named('h')].filter((name) => !parts.test(name));
  assert.deepEqual(
    said.map((tables) => tables.toSorted()),
    [whole.toSorted()],
  );
});

test('parts of new days are made on every node that has rows, and are dropped there', { skip }, async (t) => {
  const url = await migratedPostgres();
  const nodes = await nodesOf(t, await connect(t, url), url);
  const [coordinator, ...workers] = nodes;
  assert.ok(coordinator !== undefined && workers.length > 1);
  const owner = await ExclusiveConnection.open({ url, isPrepared: false, answerWithinMs: 60_000 });
  onEnd(t, () => owner.close());
  const inAYearMs = Date.now() + 365 * dayMs;
  for (const table of partedTables(10 * dayMs)) {
    // On a worker, the number of the shard is at the end.
    const pattern = `^${table.name}_[0-9]{8}_[0-9]{8}`;
    const countOf = async (at: Client) => {
      const { rows } = await at.query(
        'SELECT count(*)::integer AS parts FROM pg_class WHERE relname ~ $1 AND relkind = $2',
        [pattern, 'r'],
      );
      return Number(rows[0]?.parts);
    };
    const before: number[] = [];
    for (const node of nodes) before.push(await countOf(node));
    const made = await makeParts(owner, table, inAYearMs);
    assert.ok(made >= 8, `${made} parts of ${table.name}`);
    for (const [index, node] of nodes.entries())
      assert.ok((await countOf(node)) - (before[index] ?? 0) >= made, `${table.name} on node ${index}`);
    await dropParts(owner, table, Math.floor(inAYearMs / dayMs) + 10);
    for (const node of nodes) assert.equal(await countOf(node), 0, table.name);
  }
});

test('migrations that a database has not seen when it is distributed run on it later', {
  skip,
}, async (t) => {
  const url = await emptyPostgres();
  const owner = await ExclusiveConnection.open({ url, isPrepared: false, answerWithinMs: 60_000 });
  onEnd(t, () => owner.close());
  await owner.exec('CREATE TABLE schema_versions (version integer PRIMARY KEY)');
  for (const [index, migration] of migrations.slice(0, distributedAt).entries()) {
    for (const statement of statementsOf(migration)) await owner.exec(statement);
    await owner.exec(`INSERT INTO schema_versions (version) VALUES (${index + 1})`);
  }
  const first = await distributeTables(owner);
  await owner.exec("INSERT INTO tenants (tenant) VALUES ('acme')");
  await migrate(owner);
  const then = await distributeTables(owner);
  assert.ok(first.length > 20 && then.length > 5, `${first.length} and ${then.length} tables`);
  const columns = `SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name NOT LIKE '%_20%' AND table_name NOT LIKE 'citus%' ORDER BY 1, 2`;
  const fresh = await connect(t, await migratedPostgres());
  const { rows: wanted } = await fresh.query(columns);
  const { rows: found } = await (await connect(t, url)).query(columns);
  assert.deepEqual(found, wanted);
});
