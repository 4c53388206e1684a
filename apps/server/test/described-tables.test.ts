// The descriptions of tables must match the migrated schema of each engine.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { Client } from 'pg';
import { text } from '../src/storage/columns.ts';
import { columnTypes as postgresTypes } from '../src/storage/postgres/described.ts';
import { integer } from '../src/storage/sqlite/columns.ts';
import { SqliteConnection } from '../src/storage/sqlite/connection.ts';
import { columnTypes as sqliteTypes } from '../src/storage/sqlite/described.ts';
import { type Engine, isTable, optional, type Table, tableName } from '../src/storage/table.ts';
import { services } from '../src/storage/tables/services.ts';
import { emptyDatabase, migratedPostgres } from './harness/database.ts';
import { type FoundColumn, tableDifferences } from './harness/table-differences.ts';

const folder = new URL('../src/storage/tables/', import.meta.url);
const described: Table[] = [];
for (const file of readdirSync(folder)) {
  const module: Record<string, unknown> = await import(new URL(file, folder).href);
  described.push(...Object.values(module).filter(isTable));
}

/** Tables that only the statements of one engine use, for something that only this engine needs. */
const undescribed: Readonly<Record<Engine, readonly string[]>> = {
  sqlite: [
    'account_entries',
    'ledger_clock',
    'rate_budgets',
    'write_probes',
    'scopes',
    'audit_log_counts',
    'record_keys',
  ],
  postgres: [
    'answers',
    'audit_log_counts',
    'audits',
    'rate_budgets',
    'schema_versions',
    'scopes',
    'tenants',
    'write_probes',
  ],
};

test('every SQLite table matches its description', async (t) => {
  const tables = await sqliteTables((await emptyDatabase(t)).slice('file:'.length));
  assert.ok(tables.size > 15);
  assert.deepEqual(differences('sqlite', described, tables), []);
});

test('every PostgreSQL table matches its description', async () => {
  const tables = await postgresTables(await migratedPostgres());
  assert.ok(tables.size > 15);
  assert.deepEqual(differences('postgres', described, tables), []);
});

test('a column that differs, is missing, or is not described is reported on both engines', async (t) => {
  const found = {
    sqlite: await sqliteTables((await emptyDatabase(t)).slice('file:'.length)),
    postgres: await postgresTables(await migratedPostgres()),
  };
  const { priceVersion, ...others } = services.columns;
  const wrong = {
    ...services,
    columns: { ...others, owner: services.columns.price, note: optional(services.columns.serviceId) },
  };
  const planted = described.map((one) => (one === services ? wrong : one));
  assert.equal(priceVersion.kind, 'small');
  assert.deepEqual(differences('sqlite', planted, found.sqlite), [
    'services.price_version is not described',
    'services.owner is TEXT, and is described as INTEGER NOT NULL',
    'services.note does not exist',
  ]);
  assert.deepEqual(differences('postgres', planted, found.postgres), [
    'services.price_version is not described',
    'services.owner is text, and is described as bigint NOT NULL',
    'services.note does not exist',
  ]);
});

function differences(
  engine: Engine,
  tables: readonly Table[],
  found: ReadonlyMap<string, readonly FoundColumn[]>,
): string[] {
  const byName = Map.groupBy(tables, (table) => tableName(table, engine));
  const types = engine === 'sqlite' ? sqliteTypes : postgresTypes;
  const known = new Set([...byName.keys(), ...undescribed[engine]]);
  return [
    ...[...found.keys()].filter((name) => !known.has(name)).map((name) => `${name} is not described`),
    ...[...byName].flatMap(([name, of]) => tableDifferences(engine, types, of, found.get(name) ?? [])),
  ];
}

async function sqliteTables(file: string): Promise<Map<string, FoundColumn[]>> {
  const connection = new SqliteConnection(file, 'read_only');
  const names = connection.all(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*'",
  );
  const tables = names.map((row): [string, FoundColumn[]] => {
    const name = text(row, 'name');
    const columns = connection.all('SELECT * FROM pragma_table_info(?)', name).map((column) => ({
      name: text(column, 'name'),
      type: text(column, 'type'),
      isOptional: integer(column, 'notnull') === 0 && integer(column, 'pk') === 0,
    }));
    return [name, columns];
  });
  connection.close();
  return new Map(tables);
}

async function postgresTables(url: string): Promise<Map<string, FoundColumn[]>> {
  const client = new Client({ connectionString: url });
  await client.connect();
  // The partitions of a table must have the same columns as the table.
  const { rows } = await client.query(`SELECT c.table_name, c.column_name, c.data_type, c.is_nullable
    FROM information_schema.columns AS c JOIN pg_class AS k ON k.relname = c.table_name
    WHERE c.table_schema = 'public' AND k.relnamespace = 'public'::regnamespace AND NOT k.relispartition
      AND k.relkind IN ('r', 'p') ORDER BY c.table_name, c.ordinal_position`);
  await client.end();
  const byTable = Map.groupBy(rows, (row) => text(row, 'table_name'));
  return new Map(
    [...byTable].map(([name, columns]) => [
      name,
      columns.map((row) => ({
        name: text(row, 'column_name'),
        type: text(row, 'data_type'),
        isOptional: text(row, 'is_nullable') === 'YES',
      })),
    ]),
  );
}

test('the migration folders of a single engine accept no new files: a new migration is for both engines', () => {
  const numbered = (engine: Engine) =>
    readdirSync(new URL(`../src/storage/${engine}/migrations/`, import.meta.url)).filter((file) =>
      /^\d{4}-[a-z-]+\.ts$/.test(file),
    );
  assert.deepEqual([numbered('sqlite').length, numbered('postgres').length], [22, 21]);
});
