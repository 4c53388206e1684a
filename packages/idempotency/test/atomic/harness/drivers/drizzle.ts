import { eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { postgresStore } from '../../../../src/stores/postgres.ts';
import { created, type OpenDriver } from '../charging-driver.ts';
import { openPool } from '../open-pool.ts';

const accounts = pgTable('accounts', { id: text().primaryKey(), balance: integer().notNull() });
const charges = pgTable('charges', {
  id: text().primaryKey(),
  account: text().notNull(),
  amount: integer().notNull(),
});

export const openDriver: OpenDriver = async (url) => {
  const pool = openPool(url);
  const db = drizzle({ client: pool });
  const store = postgresStore({ client: pool });
  return {
    store,
    async charge(charge, operation, progress) {
      await db.transaction(async (tx) => {
        await progress.pass('begun');
        const balance = sql`${accounts.balance} - ${charge.amount}`;
        await tx.update(accounts).set({ balance }).where(eq(accounts.id, charge.account));
        await progress.pass('debited');
        await tx.insert(charges).values(charge);
        await progress.pass('charged');
        await operation.completeWithin(store.within(tx), created(charge));
        await progress.pass('completed');
      });
    },
  };
};
