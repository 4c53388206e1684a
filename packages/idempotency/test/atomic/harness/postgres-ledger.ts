import { after, before } from 'node:test';
import { startPostgres, type TestPostgres } from '../../harness/postgres.ts';
import { generatePrismaClient, type PrismaFolder } from '../../harness/prisma-folder.ts';
import { type Ledger, postgresLedger } from './ledger.ts';

/** The tested drivers for PostgreSQL. */
export const postgresDrivers = ['node-postgres', 'postgres-js', 'kysely', 'drizzle', 'prisma'];

/** The parts that a suite on PostgreSQL shares. */
export interface PostgresSuite {
  readonly ledger: Ledger;
  readonly options: { readonly prismaFolder: string };
}

/** Starts a PostgreSQL with a ledger for the calling suite, and returns a function that gives them to its tests. */
export function usePostgresLedger(): () => PostgresSuite {
  let suite: PostgresSuite | undefined;
  let postgres: TestPostgres | undefined;
  let prisma: PrismaFolder | undefined;
  before(async () => {
    postgres = await startPostgres();
    const ledger = await postgresLedger(postgres.connectionString);
    prisma = await generatePrismaClient(new URL('schema.prisma', import.meta.url));
    suite = { ledger, options: { prismaFolder: prisma.folder } };
  });
  after(async () => {
    prisma?.remove();
    await suite?.ledger.close();
    await postgres?.stop();
  });
  return () => {
    if (suite === undefined) throw new Error('PostgreSQL has not started');
    return suite;
  };
}
