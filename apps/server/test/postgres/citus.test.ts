// Tests on a running Citus with workers. If one is named, the suites of this folder also run on it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyPostgres } from '../harness/database.ts';
import { connect, startInstance } from '../harness/instances.ts';

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
  await startInstance(t, url, clock, { isByTenant: true });
  const client = await connect(t, url);
  const { rows } = await client.query(`SELECT c.relname, d.partmethod FROM pg_class AS c
    LEFT JOIN pg_dist_partition AS d ON d.logicalrelid = c.oid
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND c.relname NOT LIKE 'citus%' ORDER BY 1`);
  const named = (method: string | null) =>
    rows.filter(({ partmethod }) => partmethod === method).map(({ relname }) => relname);
  assert.deepEqual(named(null), ['schema_versions', 'write_probes']);
  assert.deepEqual(named('n'), ['api_keys', 'operator']);
  assert.ok(named('h').length > 50, named('h').join());
});
