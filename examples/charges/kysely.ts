import type { Operation } from '@billonce/idempotency';
import { postgresStore } from '@billonce/idempotency/postgres';
import { type ColumnType, Kysely, PostgresDialect, sql } from 'kysely';
import { type Charge, created, InsufficientFundsError } from './charge.ts';
import { serveHono } from './hono-app.ts';
import { openPool } from './open-pool.ts';

/** node-postgres returns a `bigint` column as text. */
type BigIntColumn = ColumnType<string, bigint, bigint>;

interface Tables {
  readonly accounts: { readonly id: string; readonly balance: BigIntColumn };
  readonly charges: { readonly id: string; readonly account: string; readonly amount: BigIntColumn };
}

const pool = await openPool();
const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
const store = postgresStore({ client: pool });

async function charge(wanted: Charge, operation: Operation): Promise<void> {
  const { id, account, amount } = wanted;
  await db.transaction().execute(async (tx) => {
    const debited = await tx
      .updateTable('accounts')
      .set({ balance: sql<bigint>`balance - ${amount}` })
      .where('id', '=', account)
      .where(sql<boolean>`balance >= ${amount}`)
      .returning('balance')
      .executeTakeFirst();
    if (debited === undefined) throw new InsufficientFundsError();
    await tx.insertInto('charges').values({ id, account, amount }).execute();
    await operation.completeWithin(store.within(tx), created(wanted, BigInt(debited.balance)));
  });
}

serveHono({ store, charge });
