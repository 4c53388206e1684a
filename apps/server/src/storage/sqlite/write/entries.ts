import type { Entry } from '../../../domain/usage.ts';
import { entries } from '../../tables/entries.ts';
import type { SqliteConnection } from '../connection.ts';
import { rowsOf, valuesOf } from '../described.ts';
import { saveReversal } from './reversals.ts';
import { RowsInsert } from './rows-insert.ts';
import { saveWriteOff } from './write-offs.ts';

const { into, columns } = rowsOf(entries);
const insertEntries = new RowsInsert(into, columns);
const entryValues = valuesOf(entries);

/** @param saved entries, each with the number of its account */
export function saveEntries(
  connection: SqliteConnection,
  tenant: string,
  saved: readonly (readonly [account: number, entry: Entry])[],
): void {
  insertEntries.run(
    connection,
    saved.map(([account, entry]) => [tenant, account, ...entryValues(entry)]),
  );
  for (const [account, entry] of saved) {
    saveReversal(connection, account, entry);
    saveWriteOff(connection, account, entry);
  }
}
