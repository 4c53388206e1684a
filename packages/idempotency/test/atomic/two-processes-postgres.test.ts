import { after, before, describe, test } from 'node:test';
import { startPostgres, type TestPostgres } from '../harness/postgres.ts';
import { type Ledger, postgresLedger } from './harness/ledger.ts';
import { generatePrismaClient, type PrismaFolder } from './harness/prisma-folder.ts';
import { shareCharges } from './harness/two-processes.ts';

describe('Two processes on one PostgreSQL', { concurrency: 2 }, () => {
  let postgres: TestPostgres;
  let ledger: Ledger;
  let prisma: PrismaFolder;

  before(async () => {
    postgres = await startPostgres();
    ledger = await postgresLedger(postgres.connectionString);
    prisma = await generatePrismaClient();
  });

  after(async () => {
    prisma.remove();
    await ledger.close();
    await postgres.stop();
  });

  for (const driver of ['node-postgres', 'postgres-js', 'kysely', 'drizzle', 'prisma']) {
    test(`execute a charge once, if one holds it too long and if both get it at once: ${driver}`, () =>
      shareCharges(driver, ledger, 'begun', { prismaFolder: prisma.folder }));
  }

  // The stopped one holds the row of the account, so the other one stands before it.
  test('execute a charge once, if one holds it too long with its effects done', () =>
    shareCharges('node-postgres', ledger, 'charged'));
});
