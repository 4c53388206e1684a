import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { crashAtEveryStep } from './harness/crash-at-every-step.ts';
import { type Ledger, sqliteLedger } from './harness/ledger.ts';

describe('A server that is killed at any step of a transaction of SQLite', { concurrency: 2 }, () => {
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
    test(`leaves one effect and one answer: ${driver}`, () => crashAtEveryStep(driver, ledger));
  }
});
