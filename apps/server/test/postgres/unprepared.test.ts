// Tests the engine without prepared statements, as needed with a pooler that does not support them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

process.env['BILLONCE_TEST_ENGINE'] = 'postgres';
process.env['BILLONCE_TEST_PREPARED'] = 'false';

const { emptyPostgres } = await import('../harness/database.ts');
const { PostgresConnection } = await import('../../src/storage/postgres/connection.ts');

test('no statement is prepared by name, unless a setting asks for it', async () => {
  const url = await emptyPostgres();
  for (const isPrepared of [false, true]) {
    const connection = await PostgresConnection.open({ url, isPrepared });
    const sql = 'SELECT count(*)::integer AS prepared FROM pg_prepared_statements';
    await connection.rows(sql, []);
    assert.deepEqual(await connection.rows(sql, []), [{ prepared: isPrepared ? 1 : 0 }]);
    await connection.close();
  }
});

test('the name of a statement is the same in every instance, regardless of the order in which each sends them', async () => {
  const url = await emptyPostgres();
  const another = '../../src/storage/postgres/connection.ts?another-instance';
  const instances: readonly (typeof PostgresConnection)[] = [
    PostgresConnection,
    (await import(another)).PostgresConnection,
  ];
  const texts = ['SELECT 1', 'SELECT 2'];
  const named = await Promise.all(
    instances.map(async (Instance, at) => {
      const connection = await Instance.open({ url, isPrepared: true });
      for (const text of at === 0 ? texts : texts.toReversed()) await connection.rows(text, []);
      const rows = await connection.rows(
        'SELECT name, statement FROM pg_prepared_statements WHERE statement = ANY ($1) ORDER BY statement',
        [texts],
      );
      await connection.close();
      return rows;
    }),
  );
  assert.equal(named[0]?.length, 2);
  assert.deepEqual(named[0], named[1]);
});

// The other suites run without prepared statements in pgbouncer.test.ts.
await import('../once.test.ts');
