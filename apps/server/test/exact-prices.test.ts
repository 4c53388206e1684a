// The migration makes prices and lines in stroops exact, on both engines.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { Client } from 'pg';
import { exactPrices } from '../src/storage/migrations/0011-exact-prices.ts';
import { emptyPostgres } from './harness/database.ts';

/** The columns that the migration changes, before it. */
const before = `
CREATE TABLE services (service_id TEXT, price_stroops BIGINT NOT NULL, first_price_stroops BIGINT NOT NULL);
CREATE TABLE service_prices (price_version INTEGER, price_stroops BIGINT NOT NULL);
CREATE TABLE account_lines (price_version INTEGER, price_stroops BIGINT);
CREATE TABLE settlement_lines (requests BIGINT, price_stroops BIGINT NOT NULL, amount_stroops BIGINT NOT NULL);
CREATE TABLE accounts (account BIGINT, carried_stroops BIGINT NOT NULL);
CREATE TABLE settlements (id BIGINT, carried_stroops BIGINT NOT NULL);
INSERT INTO services VALUES ('s', 9007199254, 7);
INSERT INTO service_prices VALUES (1, 7), (2, 9007199254);
INSERT INTO account_lines VALUES (0, NULL), (1, 7);
INSERT INTO settlement_lines VALUES (0, 7, 0), (3, 7, 21), (-3, 7, -21), (1, 1, 9223372036854775807);
INSERT INTO accounts VALUES (1, -5);
INSERT INTO settlements VALUES (1, 0);
`;

/** The rows after the migration, each value as text. */
const after: readonly (readonly [string, readonly (readonly (string | null)[])[]])[] = [
  ['services', [['s', '900719925400000', '700000', '1']]],
  [
    'service_prices',
    [
      ['1', '700000'],
      ['2', '900719925400000'],
    ],
  ],
  [
    'account_lines',
    [
      ['0', null],
      ['1', '700000'],
    ],
  ],
  [
    'settlement_lines',
    [
      ['0', '700000', '0'],
      ['3', '700000', '2100000000000'],
      ['-3', '700000', '-2100000000000'],
      ['1', '100000', '922337203685477580700000000000'],
    ],
  ],
  ['accounts', [['1', '-5', '0']]],
  ['settlements', [['1', '0', '0']]],
];

const columns: Readonly<Record<string, readonly string[]>> = {
  services: ['service_id', 'price', 'first_price', 'price_per'],
  service_prices: ['price_version', 'price'],
  account_lines: ['price_version', 'price'],
  settlement_lines: ['requests', 'price', 'amount'],
  accounts: ['account', 'carried_stroops', 'remainder'],
  settlements: ['id', 'carried_stroops', 'remainder'],
};

function selectSql(table: string): string {
  return `SELECT ${(columns[table] ?? []).map((name) => `CAST(${name} AS TEXT) AS ${name}`).join(', ')} FROM ${table}`;
}

test('prices and lines in stroops become exact ones on SQLite', (t) => {
  const database = new DatabaseSync(':memory:');
  t.after(() => database.close());
  database.exec(before);
  database.exec(exactPrices.sqlite);
  for (const [table, rows] of after) {
    const found = database.prepare(selectSql(table)).all();
    assert.deepEqual(
      found.map((row) => Object.values(row)),
      rows,
      table,
    );
  }
});

test('prices and lines in stroops become exact ones on PostgreSQL', async () => {
  const client = new Client({ connectionString: await emptyPostgres() });
  await client.connect();
  try {
    await client.query(before);
    await client.query(exactPrices.postgres);
    for (const [table, rows] of after) {
      const found = await client.query({ text: selectSql(table), rowMode: 'array' });
      assert.deepEqual(found.rows, rows, table);
    }
  } finally {
    await client.end();
  }
});
