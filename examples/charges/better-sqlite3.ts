import type { Operation } from '@billonce/idempotency';
import { sqliteStore } from '@billonce/idempotency/sqlite';
import Database from 'better-sqlite3';
import { type Charge, created, InsufficientFundsError } from './charge.ts';
import { databaseFile } from './database-file.ts';
import { serveFastify } from './fastify-app.ts';
import { schema } from './schema.ts';

const database = new Database(databaseFile());
database.pragma('journal_mode = WAL');
database.pragma('synchronous = FULL');
database.exec(schema);
const store = sqliteStore({ database });

const debit = database
  .prepare<[Charge], { balance: bigint }>(
    'UPDATE accounts SET balance = balance - $amount WHERE id = $account AND balance >= $amount RETURNING balance',
  )
  .safeIntegers();
const insert = database.prepare<[Charge]>(
  'INSERT INTO charges (id, account, amount) VALUES ($id, $account, $amount)',
);

const inTransaction = database.transaction((wanted: Charge, operation: Operation) => {
  const debited = debit.get(wanted);
  if (debited === undefined) throw new InsufficientFundsError();
  insert.run(wanted);
  operation.completeWithin(store.within(database), created(wanted, debited.balance));
});

function charge(wanted: Charge, operation: Operation): void {
  inTransaction.immediate(wanted, operation);
}

await serveFastify({ store, charge });
