import { describe, test } from 'node:test';
import { postgresDrivers, usePostgresLedger } from './harness/postgres-ledger.ts';
import { shareCharges } from './harness/two-processes.ts';

describe('Two processes on one PostgreSQL', { concurrency: 2 }, () => {
  const suite = usePostgresLedger();
  for (const driver of postgresDrivers) {
    test(`execute a charge once, if one holds it too long and if both receive it simultaneously: ${driver}`, async () => {
      const { ledger, options } = suite();
      await shareCharges(driver, ledger, 'begun', options);
    });
  }

  // The suspended process has locked the row of the account, so the other one waits for it.
  test('execute a charge once, if one holds it too long with its effects done', async () => {
    await shareCharges('node-postgres', suite().ledger, 'charged');
  });
});
