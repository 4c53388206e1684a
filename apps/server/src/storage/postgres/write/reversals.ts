import { reversalLines, reversals } from '../../tables/entries.ts';
import { json } from '../columns.ts';
import { insertSql, recordOf } from '../described.ts';
import type { PlacedEntry } from '../read/entries.ts';
import type { StatementRunner } from '../statement-runner.ts';

const saveReversalsSql = insertSql(reversals);
const reversalRecord = recordOf(reversals);
const saveLinesSql = insertSql(reversalLines);
const lineRecord = recordOf(reversalLines);

/** Saves what the reversals among the entries take back. */
export async function saveReversals(
  statements: StatementRunner,
  entries: readonly PlacedEntry[],
): Promise<void> {
  const made = entries.flatMap(({ tenant, account, entry: { sequence, reversal } }) =>
    reversal === undefined ? [] : [{ place: { tenant, account, sequence }, reversal }],
  );
  if (made.length === 0) return;
  const rows = made.map(({ place, reversal }) => reversalRecord(place, reversal));
  const lines = made.flatMap(({ place, reversal }) => reversal.lines.map((line) => lineRecord(place, line)));
  await Promise.all([
    statements.rows(saveReversalsSql, [json(rows)]),
    statements.rows(saveLinesSql, [json(lines)]),
  ]);
}
