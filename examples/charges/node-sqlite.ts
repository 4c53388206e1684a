import { DatabaseSync } from 'node:sqlite';
import type { Operation } from '@billonce/idempotency';
import { sqliteStore } from '@billonce/idempotency/sqlite';
import { type Charge, created, InsufficientFundsError } from './charge.ts';
import { databaseFile } from './database-file.ts';
import { serveNode } from './node-app.ts';
import { schema } from './schema.ts';

const database = new DatabaseSync(databaseFile(), { timeout: 5000 });
database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
database.exec(schema);
const store = sqliteStore({ database });

const debit = database.prepare(
  'UPDATE accounts SET balance = balance - $amount WHERE id = $account AND balance >= $amount RETURNING balance',
);
debit.setReadBigInts(true);
const insert = database.prepare('INSERT INTO charges (id, account, amount) VALUES ($id, $account, $amount)');

function charge(wanted: Charge, operation: Operation): void {
  const { id, account, amount } = wanted;
  database.exec('BEGIN IMMEDIATE');
  try {
    const debited = debit.get({ account, amount });
    if (debited === undefined) throw new InsufficientFundsError();
    insert.run({ id, account, amount });
    operation.completeWithin(store.within(database), created(wanted, parseBalance(debited)));
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function parseBalance({ balance }: Record<string, unknown>): bigint {
  if (typeof balance !== 'bigint') throw new TypeError('a balance is a bigint');
  return balance;
}

serveNode({ store, charge });
