import type { Entry } from '../../../domain/usage.ts';
import { writeOffs } from '../../tables/entries.ts';
import type { SqliteConnection } from '../connection.ts';
import { insertSql, valuesOf } from '../described.ts';

const saveWriteOffSql = insertSql(writeOffs);
const writeOffValues = valuesOf(writeOffs);

export function saveWriteOff(
  connection: SqliteConnection,
  account: number,
  { sequence, writeOff }: Entry,
): void {
  if (writeOff === undefined) return;
  connection.run(saveWriteOffSql, account, sequence, ...writeOffValues(writeOff));
}
