import { settlementLines, settlements } from '../../tables/settlements.ts';
import { json } from '../columns.ts';
import { insertSql, recordOf } from '../described.ts';
import type { PlacedSettlement } from '../read/settlements.ts';
import type { StatementRunner } from '../statement-runner.ts';

const saveSettlementsSql = insertSql(settlements);
const settlementRecord = recordOf(settlements);
const saveLinesSql = insertSql(settlementLines);
const lineRecord = recordOf(settlementLines);

export async function saveSettlements(
  statements: StatementRunner,
  made: readonly PlacedSettlement[],
): Promise<void> {
  if (made.length === 0) return;
  const bills = made.map((placed) => settlementRecord(placed, placed.settlement));
  const lines = made.flatMap(({ tenant, settlement }) =>
    settlement.lines.map((line) => lineRecord({ tenant, settlement: settlement.id }, line)),
  );
  await Promise.all([
    statements.rows(saveSettlementsSql, [json(bills)]),
    statements.rows(saveLinesSql, [json(lines)]),
  ]);
}
