import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Client } from 'pg';
import { startPostgres, type TestPostgres } from '../../../../packages/idempotency/test/harness/postgres.ts';
import { startPgBouncer, type TestPgBouncer } from './pgbouncer.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A server that is there already, to make the databases of tests on; without it they start one. */
const givenServer = process.env['BILLONCE_TEST_POSTGRES'];

/** The engine that the tests of this process run on. The files in test/postgres choose the other one. */
const engine = process.env['BILLONCE_TEST_ENGINE'] === 'postgres' ? 'postgres' : 'sqlite';

/** Whether statements are prepared by name. */
export const isPrepared = process.env['BILLONCE_TEST_PREPARED'] !== 'false';

/** What a server of a test is set to on a PostgreSQL. */
export const postgresEnvironment: Readonly<Record<string, string>> = {
  DATABASE_ALLOW_UNSAFE: 'true',
  DATABASE_LANES: '2',
  DATABASE_PREPARED: String(isPrepared),
};

/** What a server of a test is set to on the engine of this process, unless the test says otherwise. */
export const engineEnvironment = engine === 'postgres' ? postgresEnvironment : {};

/** Whether the tests of this process reach their PostgreSQL through PgBouncer in transaction mode. */
const isPooled = process.env['BILLONCE_TEST_POOLER'] === 'pgbouncer';
/** Fewer than a server's own connections: they have to share. */
const poolSize = 3;

let server: Promise<Pick<TestPostgres, 'connectionString'>> | undefined;
let pooler: Promise<TestPgBouncer> | undefined;

/** The `DATABASE_URL` of an empty database of a test's own. */
export async function emptyDatabase(t: TestContext): Promise<string> {
  if (engine === 'sqlite') return `file:${join(temporaryFolder(t), 'books.db')}`;
  return await emptyPostgres();
}

/** The same on PostgreSQL, whatever the engine of this process is. */
export async function emptyPostgres(): Promise<string> {
  server ??= givenServer === undefined ? startPostgres() : Promise.resolve({ connectionString: givenServer });
  const { connectionString } = await server;
  const name = `books_${randomBytes(6).toString('hex')}`;
  const client = new Client({ connectionString });
  await client.connect();
  await client.query(`CREATE DATABASE ${name}`);
  await client.end();
  const url = new URL(connectionString);
  url.pathname = `/${name}`;
  if (!isPooled) return url.href;
  pooler ??= startPgBouncer(connectionString, poolSize);
  return (await pooler).through(url.href);
}
