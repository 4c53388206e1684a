import type { Operation } from '@billonce/idempotency';
import { postgresStore } from '@billonce/idempotency/postgres';
import { and, eq, gte, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { bigint, pgTable, text } from 'drizzle-orm/pg-core';
import { type Charge, created, InsufficientFundsError } from './charge.ts';
import { serveNode } from './node-app.ts';
import { openPool } from './open-pool.ts';

const accounts = pgTable('accounts', {
  id: text().primaryKey(),
  balance: bigint({ mode: 'bigint' }).notNull(),
});
const charges = pgTable('charges', {
  id: text().primaryKey(),
  account: text().notNull(),
  amount: bigint({ mode: 'bigint' }).notNull(),
});

const pool = await openPool();
const db = drizzle({ client: pool });
const store = postgresStore({ client: pool });

async function charge(wanted: Charge, operation: Operation): Promise<void> {
  const { account, amount } = wanted;
  await db.transaction(async (tx) => {
    const [debited] = await tx
      .update(accounts)
      .set({ balance: sql`${accounts.balance} - ${amount}` })
      .where(and(eq(accounts.id, account), gte(accounts.balance, amount)))
      .returning();
    if (debited === undefined) throw new InsufficientFundsError();
    await tx.insert(charges).values(wanted);
    await operation.completeWithin(store.within(tx), created(wanted, debited.balance));
  });
}

serveNode({ store, charge });
