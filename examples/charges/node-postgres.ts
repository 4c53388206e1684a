import type { Operation } from '@billonce/idempotency';
import { postgresStore } from '@billonce/idempotency/postgres';
import { type Charge, created, InsufficientFundsError } from './charge.ts';
import { serveExpress } from './express-app.ts';
import { openPool } from './open-pool.ts';

const pool = await openPool();
const store = postgresStore({ client: pool });

async function charge(wanted: Charge, operation: Operation): Promise<void> {
  const { id, account, amount } = wanted;
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ balance: string }>(
      'UPDATE accounts SET balance = balance - $2 WHERE id = $1 AND balance >= $2 RETURNING balance',
      [account, amount],
    );
    const [debited] = rows;
    if (debited === undefined) throw new InsufficientFundsError();
    await client.query('INSERT INTO charges (id, account, amount) VALUES ($1, $2, $3)', [
      id,
      account,
      amount,
    ]);
    await operation.completeWithin(store.within(client), created(wanted, BigInt(debited.balance)));
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

serveExpress({ store, charge });
