import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { clientOptions } from './database.ts';
import { answersTablesIn, bytesOnDisk, countIn } from './look-into.ts';

const dayMs = 86_400_000;

const fileOf = (databaseUrl: string) =>
  databaseUrl.startsWith('file:') ? databaseUrl.slice('file:'.length) : undefined;

/** Runs SQL directly on the database, without the server, on either engine. */
export async function runSql(databaseUrl: string, sql: string): Promise<void> {
  const file = fileOf(databaseUrl);
  if (file === undefined) {
    await rowsOf(databaseUrl, sql);
    return;
  }
  const database = new DatabaseSync(file, { timeout: 10_000 });
  database.exec(sql);
  database.close();
}

/** Reads rows from a PostgreSQL. */
async function rowsOf(databaseUrl: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: databaseUrl, ...clientOptions });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The number of records. */
export async function countRecords(databaseUrl: string): Promise<number> {
  return await countRows(databaseUrl, 'records');
}

/** The number of rows in a table, or of those that match a condition. */
export async function countRows(databaseUrl: string, from: string): Promise<number> {
  const sql = `SELECT count(*) FROM ${from}`;
  const file = fileOf(databaseUrl);
  return file === undefined ? Number((await rowsOf(databaseUrl, sql))[0]?.['count']) : countIn(file, sql);
}

/** The number of answers by the day (such as 20261125) on which they were first given. */
export async function countAnswers(databaseUrl: string): Promise<ReadonlyMap<string, number>> {
  const file = fileOf(databaseUrl);
  if (file === undefined) {
    const rows = await rowsOf(
      databaseUrl,
      'SELECT day, count(*)::integer FROM answers GROUP BY day ORDER BY day',
    );
    return new Map(rows.map(({ day, count }) => [dateOf(Number(day) * dayMs), Number(count)]));
  }
  return new Map(
    answersTablesIn(file).map((table) => [
      table.slice('answers_'.length),
      countIn(file, `SELECT count(*) FROM ${table}`),
    ]),
  );
}

/** The day of a time, as a date without hyphens. */
export function dateOf(timeMs: number): string {
  return new Date(timeMs).toISOString().slice(0, 10).replaceAll('-', '');
}

/** Everything that a server keeps: the bytes of its files, or all rows of all tables. */
export async function everythingKept(databaseUrl: string): Promise<Buffer> {
  const file = fileOf(databaseUrl);
  if (file !== undefined) return bytesOnDisk(file);
  const tables = await rowsOf(
    databaseUrl,
    `SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  );
  const rows = await Promise.all(
    tables.map(({ relname }) => rowsOf(databaseUrl, `SELECT t::text FROM ${String(relname)} AS t`)),
  );
  return Buffer.from(JSON.stringify(rows));
}
