import { describe, test } from 'node:test';
import { crashAtEveryStep } from './harness/crash-at-every-step.ts';
import { postgresDrivers, usePostgresLedger } from './harness/postgres-ledger.ts';

describe('A server that is killed at any step of a transaction of PostgreSQL', { concurrency: 2 }, () => {
  const suite = usePostgresLedger();
  for (const driver of postgresDrivers) {
    test(`leaves one effect and one answer: ${driver}`, async () => {
      const { ledger, options } = suite();
      await crashAtEveryStep(driver, ledger, options);
    });
  }
});
