import postgres from 'postgres';
import { postgresStore } from '../../../../src/stores/postgres.ts';
import { created, type OpenDriver } from '../charging-driver.ts';

export const openDriver: OpenDriver = async (url) => {
  const sql = postgres(url, { onnotice: () => undefined });
  const store = postgresStore({ client: sql });
  return {
    store,
    async charge(charge, operation, progress) {
      const { id, account, amount } = charge;
      await sql.begin(async (tx) => {
        await progress.pass('begun');
        await tx`UPDATE accounts SET balance = balance - ${amount} WHERE id = ${account}`;
        await progress.pass('debited');
        await tx`INSERT INTO charges (id, account, amount) VALUES (${id}, ${account}, ${amount})`;
        await progress.pass('charged');
        await operation.completeWithin(store.within(tx), created(charge));
        await progress.pass('completed');
      });
    },
  };
};
