import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import type pg from 'pg';
import { openPool } from './open-pool.ts';
import type { RetryingClient } from './retrying-client.ts';

/** The tables that the servers charge, as a test reads them directly. */
export interface Ledger {
  readonly database: string;
  addAccount(id: string): Promise<void>;
  stateOf(id: string): Promise<{ readonly balance: number; readonly charges: readonly string[] }>;
  close(): Promise<void>;
}

const schema = `
  CREATE TABLE accounts (id text PRIMARY KEY, balance integer NOT NULL);
  CREATE TABLE charges (id text PRIMARY KEY, account text NOT NULL, amount integer NOT NULL);`;

/** A ledger in PostgreSQL. */
export async function postgresLedger(database: string): Promise<Ledger & { readonly pool: pg.Pool }> {
  const pool = openPool(database);
  await pool.query(schema);
  return {
    database,
    pool,
    async addAccount(id) {
      await pool.query('INSERT INTO accounts VALUES ($1, 1000)', [id]);
    },
    async stateOf(id) {
      const accounts = await pool.query<{ balance: number }>('SELECT balance FROM accounts WHERE id = $1', [
        id,
      ]);
      const charges = await pool.query<{ id: string }>('SELECT id FROM charges WHERE account = $1', [id]);
      return { balance: accounts.rows[0]?.balance ?? 0, charges: charges.rows.map((row) => row.id) };
    },
    close: () => pool.end(),
  };
}

/** A ledger in a SQLite file. */
export function sqliteLedger(database: string): Ledger {
  const handle = new DatabaseSync(database, { timeout: 5000 });
  handle.exec(`PRAGMA journal_mode = WAL; ${schema}`);
  return {
    database,
    async addAccount(id) {
      handle.prepare('INSERT INTO accounts VALUES (?, 1000)').run(id);
    },
    async stateOf(id) {
      const account = handle.prepare('SELECT balance FROM accounts WHERE id = ?').get(id);
      const charges = handle.prepare('SELECT id FROM charges WHERE account = ?').all(id);
      return { balance: Number(account?.['balance']), charges: charges.map((row) => String(row['id'])) };
    },
    async close() {
      handle.close();
    },
  };
}

/** Asserts that there is one effect, that each answer is the same, and that the answer is about this effect. */
export async function assertOnce(
  ledger: Ledger,
  account: string,
  clients: readonly RetryingClient[],
): Promise<void> {
  const { balance, charges } = await ledger.stateOf(account);
  assert.equal(balance, 900);
  assert.equal(charges.length, 1);
  const expected = `201 /charges/${charges[0]} ${JSON.stringify({ id: charges[0], account })}`;
  assert.deepEqual([...new Set(clients.flatMap(({ answers }) => answers))], [expected]);
}
