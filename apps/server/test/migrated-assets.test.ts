// Books from before assets and limits in money: after the migration everything is in XLM, and limits count units, on
// both engines.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { Client } from 'pg';
import { assets } from '../src/storage/migrations/0018-assets.ts';
import { limitsOfMoney } from '../src/storage/migrations/0019-limits-of-money.ts';
import { emptyPostgres } from './harness/database.ts';

/** The tables that the migrations change, with rows. */
const before = `
CREATE TABLE services (tenant TEXT, service_id TEXT, price BIGINT NOT NULL);
CREATE TABLE limits (tenant TEXT, name TEXT, max_quantity TEXT NOT NULL);
INSERT INTO services VALUES ('acme', 's', 700000), ('acme', 't', 1);
INSERT INTO limits VALUES ('acme', 'daily', '5000000');
`;
const after = `
INSERT INTO services VALUES ('acme', 'u', 1, 'USD', 2);
INSERT INTO assets VALUES ('acme', 'USD', 2);
INSERT INTO limits VALUES ('acme', 'spending', '1', 'USD');
`;
const servicesSql = 'SELECT service_id, asset, asset_scale FROM services ORDER BY service_id';
const limitsSql = 'SELECT name, max_quantity, asset FROM limits ORDER BY name';
const services = [
  ['s', 'XLM', 7],
  ['t', 'XLM', 7],
  ['u', 'USD', 2],
];
const limits = [
  ['daily', '5000000', null],
  ['spending', '1', 'USD'],
];

test('after the migration existing services are in XLM and existing limits count units, on SQLite', (t) => {
  const database = new DatabaseSync(':memory:');
  t.after(() => database.close());
  database.exec(before);
  database.exec(assets.sqlite);
  database.exec(limitsOfMoney.sqlite);
  database.exec(after);
  const rows = (sql: string) =>
    database
      .prepare(sql)
      .all()
      .map((row) => Object.values(row));
  assert.deepEqual([rows(servicesSql), rows(limitsSql)], [services, limits]);
});

test('after the migration existing services are in XLM and existing limits count units, on PostgreSQL', async (t) => {
  const client = new Client({ connectionString: await emptyPostgres() });
  await client.connect();
  t.after(() => client.end());
  await client.query(before);
  await client.query(assets.postgres);
  await client.query(limitsOfMoney.postgres);
  await client.query(after);
  const rows = async (sql: string) => (await client.query({ text: sql, rowMode: 'array' })).rows;
  assert.deepEqual([await rows(servicesSql), await rows(limitsSql)], [services, limits]);
});
