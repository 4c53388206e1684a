import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after } from 'node:test';
import { dataFolder } from '../../harness/data-folder.ts';
import { type Ledger, sqliteLedger } from './ledger.ts';

/** The tested drivers for SQLite. */
export const sqliteDrivers = ['node-sqlite', 'better-sqlite3'];

/** A ledger in a separate file, for the suite that calls this. */
export function useSqliteLedger(): Ledger {
  const folder = mkdtempSync(join(dataFolder(), 'billonce-atomic-'));
  const ledger = sqliteLedger(join(folder, 'charges.db'));
  after(async () => {
    await ledger.close();
    rmSync(folder, { recursive: true });
  });
  return ledger;
}
