import { Kysely, PostgresDialect, sql } from 'kysely';
import { postgresStore } from '../../../../src/stores/postgres.ts';
import { created, type OpenDriver } from '../charging-driver.ts';
import { openPool } from '../open-pool.ts';

interface Tables {
  readonly accounts: { readonly id: string; readonly balance: number };
  readonly charges: { readonly id: string; readonly account: string; readonly amount: number };
}

export const openDriver: OpenDriver = async (url) => {
  const pool = openPool(url);
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const store = postgresStore({ client: pool });
  return {
    store,
    async charge(charge, operation, progress) {
      const { account, amount } = charge;
      await db.transaction().execute(async (tx) => {
        await progress.pass('begun');
        const balance = sql<number>`balance - ${amount}`;
        await tx.updateTable('accounts').set({ balance }).where('id', '=', account).execute();
        await progress.pass('debited');
        await tx.insertInto('charges').values(charge).execute();
        await progress.pass('charged');
        await operation.completeWithin(store.within(tx), created(charge));
        await progress.pass('completed');
      });
    },
  };
};
