import { migrationsOf } from '../../migrations/migrations.ts';
import { refuseNewerSchema } from '../../schema-version.ts';
import { integer } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { books } from './0001-books.ts';
import { reversals } from './0002-reversals.ts';
import { deletedServices } from './0003-deleted-services.ts';
import { pause } from './0004-pause.ts';
import { keyExpiry } from './0005-key-expiry.ts';
import { webhooks } from './0006-webhooks.ts';
import { settings } from './0007-settings.ts';
import { writeProbes } from './0008-write-probes.ts';
import { idsReached } from './0009-ids-reached.ts';
import { writeOffs } from './0010-write-offs.ts';
import { forgottenBefore } from './0011-forgotten-before.ts';
import { keyRights } from './0012-key-rights.ts';
import { failingWebhooks } from './0013-failing-webhooks.ts';
import { formerSecrets } from './0014-former-secrets.ts';
import { webhookOwnership } from './0015-webhook-ownership.ts';
import { keyUses } from './0016-key-uses.ts';
import { auditLog } from './0017-audit-log.ts';
import { outstandingAfter } from './0018-outstanding-after.ts';
import { rateBudgets } from './0019-rate-budgets.ts';
import { boundedScans } from './0020-bounded-scans.ts';
import { numberedActs } from './0021-numbered-acts.ts';
import { rateWindow } from './0022-rate-window.ts';

/** Those of this folder, which is closed, and then those of both engines. */
const migrations: readonly string[] = [
  books,
  reversals,
  deletedServices,
  pause,
  keyExpiry,
  webhooks,
  settings,
  writeProbes,
  idsReached,
  writeOffs,
  forgottenBefore,
  keyRights,
  failingWebhooks,
  formerSecrets,
  webhookOwnership,
  keyUses,
  auditLog,
  outstandingAfter,
  rateBudgets,
  boundedScans,
  numberedActs,
  rateWindow,
  ...migrationsOf('sqlite'),
];

/** The schema that this version reads and writes. */
export const knownSchema = migrations.length;

/**
 * Brings the schema up to date, each migration in a separate transaction.
 *
 * @throws {Error} if a newer version has migrated the file
 */
export function migrate(connection: SqliteConnection): void {
  const version = schemaVersion(connection);
  refuseNewerSchema(version, knownSchema);
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    connection.exec('BEGIN IMMEDIATE');
    try {
      connection.exec(sql);
      connection.exec(`PRAGMA user_version = ${index + 1}`);
      connection.exec('COMMIT');
    } catch (error) {
      if (connection.isInTransaction) connection.exec('ROLLBACK');
      throw error;
    }
  }
}

/** How many migrations a file has seen. */
export function schemaVersion(connection: SqliteConnection): number {
  const row = connection.get('PRAGMA user_version');
  return row === undefined ? 0 : integer(row, 'user_version');
}
