import type { Settlement } from '../../../domain/settlement.ts';
import { settlementLines, settlements } from '../../tables/settlements.ts';
import { uuidBytes } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { insertSql, valuesOf } from '../described.ts';

const saveSettlementSql = insertSql(settlements);
const settlementValues = valuesOf(settlements);
const saveLineSql = insertSql(settlementLines);
const lineValues = valuesOf(settlementLines);

export function saveSettlement(
  connection: SqliteConnection,
  tenant: string,
  account: number,
  settlement: Settlement,
): void {
  connection.run(saveSettlementSql, tenant, account, ...settlementValues(settlement));
  const id = uuidBytes(settlement.id);
  for (const line of settlement.lines) connection.run(saveLineSql, tenant, id, ...lineValues(line));
}
