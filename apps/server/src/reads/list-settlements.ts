import type { Settlement } from '../domain/settlement.ts';
import type { Books } from './books.ts';
import { idAtMs } from './id-bounds.ts';

/** Which settlements are wanted. Times are bounds of [from, to). */
export interface SettlementQuery {
  readonly tenant: string;
  readonly agent: string | undefined;
  readonly serviceId: string | undefined;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
}

export interface SettlementPage {
  readonly items: readonly Settlement[];
  /** id of the settlement behind which the next page begins */
  readonly next: string | undefined;
}

const scanRows = 500;
const scannedMax = 5_000;
/** How far the time of settling may step back along the ids (see `IdSource`). */
const stepBackMs = 3_600_000;

/** A page of settlements in the order in which they were made. */
export async function listSettlements(
  books: Books,
  query: SettlementQuery,
  afterId: string | undefined,
  limit: number,
): Promise<SettlementPage> {
  const items: Settlement[] = [];
  let last = afterId ?? idAtMs(query.fromMs ?? 0);
  for (let scanned = 0; scanned < scannedMax; ) {
    const rows = await books.settlementsAfter(query.tenant, last, scanRows);
    for (const settlement of rows) {
      last = settlement.id;
      scanned += 1;
      if (query.toMs !== undefined && settlement.settledAtMs >= query.toMs + stepBackMs) {
        return { items, next: undefined };
      }
      if (!matches(settlement, query)) continue;
      items.push(settlement);
      if (items.length === limit) return { items, next: last };
    }
    if (rows.length < scanRows) return { items, next: undefined };
  }
  return { items, next: last };
}

function matches(settlement: Settlement, query: SettlementQuery): boolean {
  if (query.agent !== undefined && settlement.agent !== query.agent) return false;
  if (query.serviceId !== undefined && settlement.serviceId !== query.serviceId) return false;
  if (query.fromMs !== undefined && settlement.settledAtMs < query.fromMs) return false;
  return query.toMs === undefined || settlement.settledAtMs < query.toMs;
}
