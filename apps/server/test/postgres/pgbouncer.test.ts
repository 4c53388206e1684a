// Tests the engine through PgBouncer in transaction mode, where each transaction of a client may use another
// connection, with a selection of suites. Debian's PgBouncer does not support prepared statements.
import assert from 'node:assert/strict';
import { test } from 'node:test';

process.env['BILLONCE_TEST_ENGINE'] = 'postgres';
process.env['BILLONCE_TEST_PREPARED'] = 'false';
process.env['BILLONCE_TEST_POOLER'] = 'pgbouncer';

const { emptyPostgres } = await import('../harness/database.ts');
const { connect } = await import('../harness/instances.ts');
const { rounds } = await import('../harness/rounds.ts');

test('these tests use a pooler: ten clients do not have ten connections', async (t) => {
  const url = await emptyPostgres();
  const clients = await Promise.all(Array.from({ length: 10 }, () => connect(t, url)));
  const backends = new Set<number>();
  for (const client of clients) {
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
    backends.add(rows[0].pid);
  }
  assert.ok(backends.size < clients.length, `${backends.size} connections`);
});

const suites = ['once', 'settle', 'bulk', 'reversals', 'webhooks', 'export-command', 'crash', 'model'];
for (const suite of suites.slice(0, rounds({ test: 2, prove: suites.length }))) {
  await import(`../${suite}.test.ts`);
}
