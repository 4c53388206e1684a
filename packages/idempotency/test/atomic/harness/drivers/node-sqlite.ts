import { DatabaseSync } from 'node:sqlite';
import { sqliteStore } from '../../../../src/stores/sqlite.ts';
import { created, type OpenDriver } from '../charging-driver.ts';

export const openDriver: OpenDriver = async (file) => {
  const database = new DatabaseSync(file, { timeout: 5000 });
  database.exec('PRAGMA synchronous = FULL');
  const store = sqliteStore({ database });
  const debit = database.prepare('UPDATE accounts SET balance = balance - ? WHERE id = ?');
  const insert = database.prepare('INSERT INTO charges (id, account, amount) VALUES (?, ?, ?)');
  return {
    store,
    charge(charge, operation, progress) {
      const { id, account, amount } = charge;
      database.exec('BEGIN IMMEDIATE');
      try {
        progress.reach('begun');
        debit.run(amount, account);
        progress.reach('debited');
        insert.run(id, account, amount);
        progress.reach('charged');
        operation.completeWithin(store.within(database), created(charge));
        progress.reach('completed');
        database.exec('COMMIT');
      } catch (error) {
        if (database.isTransaction) database.exec('ROLLBACK');
        throw error;
      }
    },
  };
};
