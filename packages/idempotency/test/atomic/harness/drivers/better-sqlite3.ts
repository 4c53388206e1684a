import Database from 'better-sqlite3';
import { sqliteStore } from '../../../../src/stores/sqlite.ts';
import { type Charge, created, type OpenDriver } from '../charging-driver.ts';

export const openDriver: OpenDriver = async (file) => {
  const database = new Database(file);
  database.pragma('synchronous = FULL');
  const store = sqliteStore({ database });
  const debit = database.prepare<[Charge]>(
    'UPDATE accounts SET balance = balance - $amount WHERE id = $account',
  );
  const insert = database.prepare<[Charge]>(
    'INSERT INTO charges (id, account, amount) VALUES ($id, $account, $amount)',
  );
  return {
    store,
    charge(charge, operation, progress) {
      database
        .transaction(() => {
          progress.reach('begun');
          debit.run(charge);
          progress.reach('debited');
          insert.run(charge);
          progress.reach('charged');
          operation.completeWithin(store.within(database), created(charge));
          progress.reach('completed');
        })
        .immediate();
    },
  };
};
