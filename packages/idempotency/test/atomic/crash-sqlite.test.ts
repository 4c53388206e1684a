import { describe, test } from 'node:test';
import { crashAtEveryStep } from './harness/crash-at-every-step.ts';
import { sqliteDrivers, useSqliteLedger } from './harness/sqlite-ledger.ts';

describe('A server that is killed at any step of a transaction of SQLite', { concurrency: 2 }, () => {
  const ledger = useSqliteLedger();
  for (const driver of sqliteDrivers) {
    test(`leaves one effect and one answer: ${driver}`, () => crashAtEveryStep(driver, ledger));
  }
});
