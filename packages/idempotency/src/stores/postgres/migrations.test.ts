import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { startPostgres, type TestPostgres } from '../../../test/harness/postgres.ts';
import { claimed, completed, completion, request, slotOf } from '../../../test/harness/store-cases.ts';
import { type PostgresClient, postgresStore } from '../postgres.ts';

let server: TestPostgres;
let pool: pg.Pool;

before(async () => {
  server = await startPostgres();
  pool = new pg.Pool({ connectionString: server.connectionString });
});

after(async () => {
  await pool.end();
  await server.stop();
});

test('five instances that start at the same time migrate an empty database once', async () => {
  await pool.query('CREATE DATABASE fresh');
  const connectionString = server.connectionString.replace(/postgres$/, 'fresh');
  const pools = Array.from({ length: 5 }, () => new pg.Pool({ connectionString }));
  // Connected in advance, so that they really run at the same time.
  await Promise.all(pools.map((client) => client.query('SELECT 1')));
  await Promise.all(pools.map((client) => postgresStore({ client }).migrate()));
  const found = await pools[0]?.query('SELECT version FROM idempotency.migrations ORDER BY version');
  assert.deepEqual(found?.rows, [{ version: 1 }, { version: 2 }]);
  await Promise.all(pools.map((client) => client.end()));
});

test('the first use migrates, even if the database could not be reached before', async () => {
  let isReachable = false;
  const client: PostgresClient = {
    async query(text: string, values: unknown[]) {
      if (!isReachable) throw new Error('unreachable');
      return pool.query(text, values);
    },
  };
  const store = postgresStore({ client, schema: 'late' });
  await assert.rejects(async () => store.claim(slotOf('s', 1), request), /unreachable/);
  isReachable = true;
  await claimed(store, slotOf('s', 1));
});

test('tables of the first release are migrated, and a running operation keeps its lease', async () => {
  const schema = 'older';
  const slot = slotOf('s', 1);
  const token = await claimed(postgresStore({ client: pool, schema }), slot);
  await pool.query(`DROP TABLE ${schema}.renewals; DELETE FROM ${schema}.migrations WHERE version > 1`);
  const store = postgresStore({ client: pool, schema });
  assert.equal((await store.inspect(slot))?.record.fencingToken, token);
  assert.equal(await store.renew(slot, token, request.leaseMs), true);
  assert.equal(await store.complete(slot, token, completion), true);
});

test('tables of a newer release are refused', async () => {
  const schema = 'newer';
  const store = postgresStore({ client: pool, schema });
  await store.migrate();
  await pool.query(`INSERT INTO ${schema}.migrations (version) VALUES (1000)`);
  await assert.rejects(
    async () => postgresStore({ client: pool, schema }).claim(slotOf('s', 1), request),
    /newer release/,
  );
});

test('a role that may not create anything uses existing tables', async () => {
  const schema = 'granted';
  const store = postgresStore({ client: pool, schema });
  await store.migrate();
  await pool.query(`CREATE ROLE modest LOGIN;
    GRANT USAGE ON SCHEMA ${schema} TO modest;
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO modest;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO modest;`);
  const client = new pg.Pool({ connectionString: server.connectionString.replace('postgres@', 'modest@') });
  await completed(postgresStore({ client, schema }), 's', 1);
  await client.end();
});

test('a role that may create tables in its schema, but no schema, migrates', async () => {
  await pool.query('CREATE ROLE owner LOGIN; CREATE SCHEMA owned AUTHORIZATION owner');
  const client = new pg.Pool({ connectionString: server.connectionString.replace('postgres@', 'owner@') });
  await completed(postgresStore({ client, schema: 'owned' }), 's', 1);
  await client.end();
});
