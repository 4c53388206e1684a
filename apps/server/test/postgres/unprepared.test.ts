// The engine without prepared statements, as behind a pooler that does not know them: a part of the suites.
import assert from 'node:assert/strict';
import { test } from 'node:test';

process.env['BILLONCE_TEST_ENGINE'] = 'postgres';
process.env['BILLONCE_TEST_PREPARED'] = 'false';

const { emptyPostgres } = await import('../harness/database.ts');
const { Connection } = await import('../../src/storage/postgres/connection.ts');

test('no statement is prepared by name, unless it is asked for', async () => {
  const url = await emptyPostgres();
  for (const isPrepared of [false, true]) {
    const connection = await Connection.open({ url, isPrepared });
    const sql = 'SELECT count(*)::integer AS prepared FROM pg_prepared_statements';
    await connection.rows(sql, []);
    assert.deepEqual(await connection.rows(sql, []), [{ prepared: isPrepared ? 1 : 0 }]);
    await connection.close();
  }
});

for (const suite of ['once', 'bulk', 'settle', 'services', 'webhooks']) await import(`../${suite}.test.ts`);
