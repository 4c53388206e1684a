import type { Entry } from '../../../domain/usage.ts';
import { reversalLines, reversals } from '../../tables/entries.ts';
import type { SqliteConnection } from '../connection.ts';
import { insertSql, valuesOf } from '../described.ts';

const saveReversalSql = insertSql(reversals);
const reversalValues = valuesOf(reversals);
const saveLineSql = insertSql(reversalLines);
const lineValues = valuesOf(reversalLines);

export function saveReversal(
  connection: SqliteConnection,
  account: number,
  { sequence, reversal }: Entry,
): void {
  if (reversal === undefined) return;
  connection.run(saveReversalSql, account, sequence, ...reversalValues(reversal));
  for (const line of reversal.lines) connection.run(saveLineSql, account, sequence, ...lineValues(line));
}
