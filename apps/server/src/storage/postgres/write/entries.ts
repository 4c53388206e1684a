import { entries } from '../../tables/entries.ts';
import { json } from '../columns.ts';
import { insertSql, recordOf } from '../described.ts';
import type { PlacedEntry } from '../read/entries.ts';
import type { StatementRunner } from '../statement-runner.ts';

const saveEntriesSql = insertSql(entries);
const entryRecord = recordOf(entries);

/**
 * Saves entries; those with usage ids in the order of their ids, so that two batches never wait for each other in a
 * circle.
 */
export async function saveEntries(statements: StatementRunner, made: readonly PlacedEntry[]): Promise<void> {
  if (made.length === 0) return;
  const rows = made.toSorted(byUsageId).map((placed) => entryRecord(placed, placed.entry));
  await statements.rows(saveEntriesSql, [json(rows)]);
}

function byUsageId(a: PlacedEntry, b: PlacedEntry): number {
  const [first, second] = [a, b].map(({ tenant, entry }) => `${tenant} ${entry.usageId ?? ''}`);
  if (first === undefined || second === undefined || first === second) return 0;
  return first < second ? -1 : 1;
}
