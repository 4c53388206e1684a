import { integer, uuid, uuidBytes } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { loadTenantsAfter } from '../read/accounts.ts';
import type { IndexTable, LaggingIndex } from './lagging-index.ts';
import { RowsInsert } from './rows-insert.ts';

/** An entry, as the index of its account has it. */
export interface IndexedEntry {
  readonly account: number;
  readonly sequence: number;
  readonly id: string;
}

/**
 * Larger runs would be cheaper to write with many accounts, but more expensive to read: readers search two runs of a
 * tenant.
 */
const runRows = 4_096;
const tenantsAtOnce = 1_000;

const insertRows = new RowsInsert('account_entries (account, sequence, id)', 3, 'ON CONFLICT DO NOTHING');
const throughSql = 'UPDATE ledger_clock SET entries_indexed_through = ? WHERE only = 1';
const loadTailSql = `SELECT account, sequence, id FROM entries
  WHERE tenant = ? AND id > (SELECT entries_indexed_through FROM ledger_clock WHERE only = 1) ORDER BY id`;
const beyondSql = 'SELECT 1 AS found FROM account_entries WHERE account = ? AND sequence > ?';

/** Entries by account. The entries of an account are added in order, and their ids only grow. */
export const entryIndexTable: IndexTable<IndexedEntry> = {
  runRows,
  compare: (a, b) => a.account - b.account || a.sequence - b.sequence,
  nameOf: ({ account }) => String(account),
  writeRows: (connection, rows) => {
    insertRows.run(
      connection,
      rows.map(({ account, sequence, id }) => [account, sequence, uuidBytes(id)]),
    );
  },
  saveThrough: (connection, run) => {
    // The text of an id sorts like its bytes. No later entry has a smaller one.
    let last = '';
    for (const { id } of run) if (id > last) last = id;
    connection.run(throughSql, uuidBytes(last));
  },
  loadTail,
};

/** Whether there are entries of an account after a sequence. */
export function hasEntriesBeyond(
  connection: SqliteConnection,
  index: LaggingIndex<IndexedEntry>,
  account: number,
  sequence: number,
): boolean {
  if ((index.find(String(account))?.sequence ?? 0) > sequence) return true;
  return connection.get(beyondSql, account, sequence) !== undefined;
}

/** Tenant by tenant, as the entries are. */
function loadTail(connection: SqliteConnection): IndexedEntry[] {
  const entries: IndexedEntry[] = [];
  for (let after = ''; ; ) {
    const tenants = loadTenantsAfter(connection, after, tenantsAtOnce);
    for (const tenant of tenants)
      for (const row of connection.all(loadTailSql, tenant))
        entries.push({
          account: integer(row, 'account'),
          sequence: integer(row, 'sequence'),
          id: uuid(row, 'id'),
        });
    const last = tenants.at(-1);
    if (last === undefined || tenants.length < tenantsAtOnce) return entries;
    after = last;
  }
}
