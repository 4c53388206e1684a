import { describe, test } from 'node:test';
import { sqliteDrivers, useSqliteLedger } from './harness/sqlite-ledger.ts';
import { shareCharges } from './harness/two-processes.ts';

describe('Two processes on one file of SQLite', () => {
  const ledger = useSqliteLedger();
  for (const driver of sqliteDrivers) {
    // It is suspended before its transaction, which locks the whole file and contains no pause.
    test(`execute a charge once, if one holds it too long and if both receive it simultaneously: ${driver}`, () =>
      shareCharges(driver, ledger, 'claimed'));
  }
});
