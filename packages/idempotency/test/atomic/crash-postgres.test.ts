import { after, before, describe, test } from 'node:test';
import { startPostgres, type TestPostgres } from '../harness/postgres.ts';
import { crashAtEveryStep } from './harness/crash-at-every-step.ts';
import { type Ledger, postgresLedger } from './harness/ledger.ts';
import { generatePrismaClient, type PrismaFolder } from './harness/prisma-folder.ts';

describe('A server that is killed at any step of a transaction of PostgreSQL', { concurrency: 2 }, () => {
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
    test(`leaves one effect and one answer: ${driver}`, () =>
      crashAtEveryStep(driver, ledger, { prismaFolder: prisma.folder }));
  }
});
