import { migrationsOf } from '../../migrations/migrations.ts';
import { refuseNewerSchema } from '../../schema-version.ts';
import { integer, text } from '../columns.ts';
import type { PostgresConnection } from '../connection.ts';
import type { ExclusiveConnection } from '../exclusive-connection.ts';
import { isRaceOfCreators, sqlState } from '../fault.ts';
import { books } from './0001-books.ts';
import { audits } from './0002-audits.ts';
import { takenDeliveries } from './0003-taken-deliveries.ts';
import { forgottenRecords } from './0004-forgotten-records.ts';
import { writeProbes } from './0005-write-probes.ts';
import { idsAhead } from './0006-ids-ahead.ts';
import { writeOffs } from './0007-write-offs.ts';
import { forgottenBefore } from './0008-forgotten-before.ts';
import { keyRights } from './0009-key-rights.ts';
import { partsByFunction } from './0010-parts-by-function.ts';
import { failingWebhooks } from './0011-failing-webhooks.ts';
import { formerSecrets } from './0012-former-secrets.ts';
import { webhookOwnership } from './0013-webhook-ownership.ts';
import { keyUses } from './0014-key-uses.ts';
import { auditLog } from './0015-audit-log.ts';
import { rateBudgets } from './0016-rate-budgets.ts';
import { outstandingAfter } from './0017-outstanding-after.ts';
import { boundedScans } from './0018-bounded-scans.ts';
import { numberedActs } from './0019-numbered-acts.ts';
import { rateWindow } from './0020-rate-window.ts';
import { youngDeliveries } from './0021-young-deliveries.ts';
import { statementsOf } from './statements.ts';

/** Those of this folder, which is closed, and then those of both engines. */
export const migrations: readonly string[] = [
  books,
  audits,
  takenDeliveries,
  forgottenRecords,
  writeProbes,
  idsAhead,
  writeOffs,
  forgottenBefore,
  keyRights,
  partsByFunction,
  failingWebhooks,
  formerSecrets,
  webhookOwnership,
  keyUses,
  auditLog,
  rateBudgets,
  outstandingAfter,
  boundedScans,
  numberedActs,
  rateWindow,
  youngDeliveries,
  ...migrationsOf('postgres'),
];

/** The schema that this version reads and writes. */
export const knownSchema = migrations.length;

const createTriesMax = 10;
/** Tables of the first migration whose names other programs use as well. */
const commonNames = [
  'tenants',
  'services',
  'accounts',
  'entries',
  'settlements',
  'records',
  'answers',
  'api_keys',
];
/** No right to it, or none even to look into the schema; https://www.postgresql.org/docs/current/errcodes-appendix.html */
const notPermitted: ReadonlySet<unknown> = new Set(['42501', '3F000']);

/**
 * Brings the schema up to date. Safe when several instances start at once: one after the other takes the lock of the
 * table of versions, and finds what those before it did.
 *
 * A role that may not change the schema can start a server once it is up to date.
 *
 * @throws {Error} if a newer version has migrated the database, tables of another program are in it, or this role may not
 */
export async function migrate(connection: ExclusiveConnection): Promise<void> {
  if (await isUpToDate(connection)) return;
  await refuseForeignTables(connection);
  try {
    await migrateAsOwner(connection);
  } catch (error) {
    if (!notPermitted.has(sqlState(error))) throw error;
    throw new Error(
      'its schema is not that of this version, and this role may not change it: run billonce migrate as its owner first',
      { cause: error },
    );
  }
}

async function isUpToDate(connection: ExclusiveConnection): Promise<boolean> {
  if (!(await hasVersions(connection))) return false;
  const version = await schemaVersion(connection);
  refuseNewerSchema(version, knownSchema);
  return version === knownSchema;
}

async function hasVersions(connection: ExclusiveConnection): Promise<boolean> {
  const found = await connection.rows("SELECT 1 WHERE to_regclass('schema_versions') IS NOT NULL", []);
  return found.length > 0;
}

/** Before anything is created: the database may be one of another program, which has tables of the same names. */
async function refuseForeignTables(connection: ExclusiveConnection): Promise<void> {
  const [found] = await connection.rows(
    'SELECT name FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL',
    [commonNames],
  );
  // Afterwards: an instance that creates the tables now has created the table of versions before.
  if (found === undefined || (await hasVersions(connection))) return;
  throw new Error(
    `the database has a table ${text(found, 'name')} of another program: name an empty database in DATABASE_URL`,
  );
}

async function migrateAsOwner(connection: ExclusiveConnection): Promise<void> {
  await createVersions(connection);
  await connection.transaction(async () => {
    await connection.exec('LOCK TABLE schema_versions IN EXCLUSIVE MODE');
    const version = await schemaVersion(connection);
    refuseNewerSchema(version, knownSchema);
    for (const [index, sql] of migrations.entries()) {
      if (index < version) continue;
      for (const statement of statementsOf(sql)) await connection.exec(statement);
      await connection.rows('INSERT INTO schema_versions (version) VALUES ($1)', [index + 1]);
    }
  });
}

/** `IF NOT EXISTS` looks before it creates: of two that look at once, one fails, and finds it there the next time. */
async function createVersions(connection: ExclusiveConnection): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await connection.exec('CREATE TABLE IF NOT EXISTS schema_versions (version integer PRIMARY KEY)');
      return;
    } catch (error) {
      if (!isRaceOfCreators(error) || tries === createTriesMax) throw error;
    }
  }
}

/** How many migrations a database has seen. */
export async function schemaVersion(connection: PostgresConnection): Promise<number> {
  const [row] = await connection.rows('SELECT coalesce(max(version), 0) AS version FROM schema_versions', []);
  return row === undefined ? 0 : integer(row, 'version');
}
