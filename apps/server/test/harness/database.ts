import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Client } from 'pg';
import { startPostgres, type TestPostgres } from '../../../../packages/idempotency/test/harness/postgres.ts';
import { distributeTables } from '../../src/storage/postgres/database/citus.ts';
import { dayMs, makeParts, partedTables } from '../../src/storage/postgres/database/parts.ts';
import { ExclusiveConnection } from '../../src/storage/postgres/exclusive-connection.ts';
import { migrate } from '../../src/storage/postgres/migrations/migrate.ts';
import { SqliteConnection as FileConnection } from '../../src/storage/sqlite/connection.ts';
import { setPragmas } from '../../src/storage/sqlite/file/pragmas.ts';
import { migrate as migrateFile } from '../../src/storage/sqlite/migrations/migrate.ts';
import { CitusTemplate } from './citus.ts';
import { startPgBouncer, type TestPgBouncer } from './pgbouncer.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A running server on which the test databases are created. Without it, tests start a server. */
const givenServer = process.env['BILLONCE_TEST_POSTGRES'];

/** The coordinator of a running Citus with workers. The test databases are created on all of them. */
const givenCitus = process.env['BILLONCE_TEST_CITUS'];

/** Whether the tests of this process run on Citus. */
export const isOnCitus = givenCitus !== undefined;

/** The options of a test's connection: Citus refuses triggers, by which tests make statements fail, on its tables otherwise. */
export const clientOptions = isOnCitus ? { options: '-c citus.enable_unsafe_triggers=on' } : {};

/** The engine for the tests of this process. The files in test/postgres choose PostgreSQL. */
export const engine = process.env['BILLONCE_TEST_ENGINE'] === 'postgres' ? 'postgres' : 'sqlite';

/** Whether statements are prepared by name. */
export const isPrepared = process.env['BILLONCE_TEST_PREPARED'] !== 'false';

/** Whether each transaction is limited to one tenant, as on Citus. */
export const isByTenant = isOnCitus || process.env['BILLONCE_TEST_BY_TENANT'] === 'true';

/** The settings of a test's server on PostgreSQL. */
export const postgresEnvironment: Readonly<Record<string, string>> = {
  DATABASE_ALLOW_UNSAFE: 'true',
  DATABASE_LANES: '2',
  DATABASE_PREPARED: String(isPrepared),
  ...(isByTenant ? { DATABASE_BY_TENANT: 'true' } : {}),
};

/** The number of HTTP threads of a test's server process on SQLite, unless the test sets another. */
const httpThreads = process.env['BILLONCE_TEST_HTTP_THREADS'] ?? '1';

/** The settings of a test's server on the engine of this process, unless the test sets others. */
export const engineEnvironment: Readonly<Record<string, string>> =
  // Many tests run at the same time: a test that is not about a time limit must not reach one.
  engine === 'postgres'
    ? { ...postgresEnvironment, DATABASE_TIMEOUT_MS: '60000' }
    : { HTTP_THREADS: httpThreads };

/** Whether the tests of this process reach their PostgreSQL through PgBouncer in transaction mode. */
const isPooled = process.env['BILLONCE_TEST_POOLER'] === 'pgbouncer';
/** Fewer than the server's connections, so that they must share. */
const poolSize = 3;
const migrateWithinMs = 60_000;
/** How long the servers of most tests keep records. */
const retentionMs = 400 * dayMs;

/** Tests have few databases each: with this many newer ones, a copy belongs to a test that has ended. */
const copiesMax = 30;
const copies: string[] = [];

let server: Promise<Pick<TestPostgres, 'connectionString'>> | undefined;
let template: Promise<string> | undefined;
let templateBytes: Buffer | undefined;
let pooler: Promise<TestPgBouncer> | undefined;
let blankCitus: Promise<CitusTemplate> | undefined;
let migratedCitus: Promise<CitusTemplate> | undefined;

/** The `DATABASE_URL` of an empty database for one test. */
export async function emptyDatabase(t: TestContext): Promise<string> {
  return engine === 'sqlite' ? `file:${migratedFile(t)}` : await migratedPostgres();
}

/** The `DATABASE_URL` of a database without tables, for a server of another version. */
export async function blankDatabase(t: TestContext): Promise<string> {
  return engine === 'sqlite' ? `file:${join(temporaryFolder(t), 'books.db')}` : await emptyPostgres();
}

/** An empty file with the tables of a server. It is a copy, so the migrations run only once in each test process. */
function migratedFile(t: TestContext): string {
  const file = join(temporaryFolder(t), 'books.db');
  templateBytes ??= migratedBytes(file);
  writeFileSync(file, templateBytes, { mode: 0o600 });
  return file;
}

/** The bytes of a migrated file, which is created here and removed. */
function migratedBytes(file: string): Buffer {
  const connection = new FileConnection(file, 'read_write');
  setPragmas(connection);
  migrateFile(connection);
  connection.close();
  const bytes = readFileSync(file);
  rmSync(file);
  return bytes;
}

/** A new PostgreSQL database for one test, without tables, on any engine of this process. */
export async function emptyPostgres(): Promise<string> {
  if (givenCitus !== undefined) {
    blankCitus ??= CitusTemplate.make(givenCitus);
    return await (await blankCitus).copy();
  }
  return await throughPooler(await createDatabase(await startedServer()));
}

/**
 * The same with the tables of a server, but without rows. It is a copy, so the migrations run only once in each test
 * process. A given server may be unable to copy, so each database is migrated there.
 */
export async function migratedPostgres(): Promise<string> {
  if (givenCitus !== undefined) {
    migratedCitus ??= CitusTemplate.make(givenCitus, migratedOnCitus);
    return await (await migratedCitus).copy();
  }
  const connectionString = await startedServer();
  if (givenServer !== undefined) {
    const url = await createDatabase(connectionString);
    await migrated(url);
    return await throughPooler(url);
  }
  template ??= migrated(await createDatabase(connectionString));
  return await throughPooler(await createDatabase(connectionString, await template));
}

async function startedServer(): Promise<string> {
  server ??= givenServer === undefined ? startPostgres() : Promise.resolve({ connectionString: givenServer });
  return (await server).connectionString;
}

/** The URL of a new database on a server, either empty or a copy. */
async function createDatabase(connectionString: string, original?: string): Promise<string> {
  const name = `books_${randomBytes(6).toString('hex')}`;
  const client = new Client({ connectionString });
  await client.connect();
  const from = original === undefined ? '' : ` TEMPLATE ${original}`;
  // Copying the files of a small database takes at most half of the processor time of writing its pages to the log.
  const strategy = givenServer === undefined ? ' STRATEGY FILE_COPY' : '';
  await client.query(`CREATE DATABASE ${name}${from}${strategy}`);
  if (givenServer === undefined && original !== undefined) {
    copies.push(name);
    for (const old of copies.splice(0, copies.length - copiesMax))
      await client.query(`DROP DATABASE ${old} WITH (FORCE)`);
  }
  await client.end();
  const url = new URL(connectionString);
  url.pathname = `/${name}`;
  return url.href;
}

/** Migrates a database, and returns its name. */
async function migrated(url: string): Promise<string> {
  const connection = await ExclusiveConnection.open({ url, isPrepared, answerWithinMs: migrateWithinMs });
  await migrate(connection);
  await makeAllParts(connection);
  await connection.close();
  return new URL(url).pathname.slice(1);
}

/** Migrates a database on Citus and distributes its tables, without a time limit as the start of a server process has one. */
export async function migratedOnCitus(url: string): Promise<void> {
  const connection = await ExclusiveConnection.open({ url, isPrepared, answerWithinMs: migrateWithinMs });
  await migrate(connection);
  await distributeTables(connection);
  await makeAllParts(connection);
  await connection.close();
}

/**
 * Makes the parts of the coming days. Each is a transaction, on Citus one on all nodes, so they are made once for all copies, and not by
 * each server at start. Parts of records are few, and how many days one has depends on the retention, which the tests set.
 */
async function makeAllParts(connection: ExclusiveConnection): Promise<void> {
  for (const table of partedTables(retentionMs))
    if (table.daysPerPart === 1) await makeParts(connection, table, Date.now());
}

async function throughPooler(url: string): Promise<string> {
  if (!isPooled) return url;
  pooler ??= startPgBouncer(await startedServer(), poolSize);
  return (await pooler).through(url);
}
