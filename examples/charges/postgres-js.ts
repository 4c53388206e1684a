import type { Operation } from '@billonce/idempotency';
import { postgresStore } from '@billonce/idempotency/postgres';
import postgres from 'postgres';
import { type Charge, created, InsufficientFundsError } from './charge.ts';
import { databaseUrl } from './database-url.ts';
import { serveFastify } from './fastify-app.ts';
import { schema } from './schema.ts';

const sql = postgres(databaseUrl(), { onnotice: () => undefined });
await sql.unsafe(schema);
const store = postgresStore({ client: sql });

async function charge(wanted: Charge, operation: Operation): Promise<void> {
  const { id, account } = wanted;
  const amount = `${wanted.amount}`;
  await sql.begin(async (tx) => {
    const [debited] = await tx<{ balance: string }[]>`
      UPDATE accounts SET balance = balance - ${amount}
      WHERE id = ${account} AND balance >= ${amount} RETURNING balance`;
    if (debited === undefined) throw new InsufficientFundsError();
    await tx`INSERT INTO charges (id, account, amount) VALUES (${id}, ${account}, ${amount})`;
    await operation.completeWithin(store.within(tx), created(wanted, BigInt(debited.balance)));
  });
}

await serveFastify({ store, charge });
