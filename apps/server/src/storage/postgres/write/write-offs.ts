import { writeOffs } from '../../tables/entries.ts';
import { json } from '../columns.ts';
import { insertSql, recordOf } from '../described.ts';
import type { PlacedEntry } from '../read/entries.ts';
import type { StatementRunner } from '../statement-runner.ts';

const saveWriteOffsSql = insertSql(writeOffs);
const writeOffRecord = recordOf(writeOffs);

/** Saves what the write-offs among the entries take off the credits. */
export async function saveWriteOffs(
  statements: StatementRunner,
  entries: readonly PlacedEntry[],
): Promise<void> {
  const rows = entries.flatMap(({ tenant, account, entry: { sequence, writeOff } }) =>
    writeOff === undefined ? [] : [writeOffRecord({ tenant, account, sequence }, writeOff)],
  );
  if (rows.length > 0) await statements.rows(saveWriteOffsSql, [json(rows)]);
}
