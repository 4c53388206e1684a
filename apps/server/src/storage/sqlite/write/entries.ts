import type { Entry } from '../../../domain/usage.ts';
import { entries } from '../../tables/entries.ts';
import type { SqliteConnection } from '../connection.ts';
import { insertSql, valuesOf } from '../described.ts';
import { saveReversal } from './reversals.ts';
import { saveWriteOff } from './write-offs.ts';

const saveEntrySql = insertSql(entries);
const entryValues = valuesOf(entries);

export function saveEntry(connection: SqliteConnection, tenant: string, account: number, entry: Entry): void {
  connection.run(saveEntrySql, tenant, account, ...entryValues(entry));
  saveReversal(connection, account, entry);
  saveWriteOff(connection, account, entry);
}
