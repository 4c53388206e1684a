import { postgresStore } from '../../../../src/stores/postgres.ts';
import { created, type OpenDriver } from '../charging-driver.ts';
import { openPool } from '../open-pool.ts';

export const openDriver: OpenDriver = async (url) => {
  const pool = openPool(url);
  const store = postgresStore({ client: pool });
  return {
    store,
    async charge(charge, operation, progress) {
      const { id, account, amount } = charge;
      const client = await pool.connect();
      try {
        await client.query('BEGIN');
        await progress.pass('begun');
        await client.query('UPDATE accounts SET balance = balance - $1 WHERE id = $2', [amount, account]);
        await progress.pass('debited');
        await client.query('INSERT INTO charges (id, account, amount) VALUES ($1, $2, $3)', [
          id,
          account,
          amount,
        ]);
        await progress.pass('charged');
        await operation.completeWithin(store.within(client), created(charge));
        await progress.pass('completed');
        await client.query('COMMIT');
      } catch (error) {
        await client.query('ROLLBACK');
        throw error;
      } finally {
        client.release();
      }
    },
  };
};
