import { PrismaPg } from '@prisma/adapter-pg';
import { type PrismaTransaction, postgresStore } from '../../../../src/stores/postgres.ts';
import { created, type OpenDriver } from '../charging-driver.ts';
import { generatedPrismaClient } from '../generated-prisma-client.ts';
import { openPool } from '../open-pool.ts';

/**
 * The used part of the client that Prisma generates from `schema.prisma`. The generated client does not exist when
 * types are checked.
 */
interface GeneratedClient {
  readonly PrismaClient: new (options: {
    readonly adapter: PrismaPg;
  }) => {
    $transaction(run: (tx: GeneratedTransaction) => Promise<void>): Promise<void>;
  };
}

interface GeneratedTransaction extends PrismaTransaction {
  readonly account: {
    update(change: {
      readonly where: { readonly id: string };
      readonly data: { readonly balance: { readonly decrement: number } };
    }): PromiseLike<unknown>;
  };
  readonly charge: {
    create(row: {
      readonly data: { readonly id: string; readonly account: string; readonly amount: number };
    }): PromiseLike<unknown>;
  };
}

export const openDriver: OpenDriver = async (url) => {
  const pool = openPool(url);
  const { PrismaClient }: GeneratedClient = await import(generatedPrismaClient());
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  const store = postgresStore({ client: pool });
  return {
    store,
    async charge(charge, operation, progress) {
      const { id, account, amount } = charge;
      await prisma.$transaction(async (tx) => {
        await progress.pass('begun');
        await tx.account.update({ where: { id: account }, data: { balance: { decrement: amount } } });
        await progress.pass('debited');
        await tx.charge.create({ data: { id, account, amount } });
        await progress.pass('charged');
        await operation.completeWithin(store.within(tx), created(charge));
        await progress.pass('completed');
      });
    },
  };
};
