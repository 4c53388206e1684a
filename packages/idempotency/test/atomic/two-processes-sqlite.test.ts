import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Ledger, sqliteLedger } from './harness/ledger.ts';
import { shareCharges } from './harness/two-processes.ts';

describe('Two processes on one file of SQLite', () => {
  let folder: string;
  let ledger: Ledger;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'billonce-atomic-'));
    ledger = sqliteLedger(join(folder, 'charges.db'));
  });

  after(async () => {
    await ledger.close();
    rmSync(folder, { recursive: true });
  });

  for (const driver of ['node-sqlite', 'better-sqlite3']) {
    // Stopped before its transaction, which holds the whole file and has no pause in it.
    test(`execute a charge once, if one holds it too long and if both get it at once: ${driver}`, () =>
      shareCharges(driver, ledger, 'claimed'));
  }
});
