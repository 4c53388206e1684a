import type { Settlement } from '../domain/settlement.ts';
import type { Books } from './books.ts';
import { collectPage, type Page, type Scan } from './collect-page.ts';
import { endIdOf, idAtMs } from './id-bounds.ts';

/** Which settlements are wanted. Times are a range [from, to). */
export interface SettlementQuery {
  readonly tenant: string;
  readonly agent: string | undefined;
  readonly serviceId: string | undefined;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  readonly runId?: string | undefined;
}

/** A page of settlements; it continues after an id. */
export type SettlementPage = Page<Settlement, string>;

const scanRows = 500;
const scannedMax = 5_000;

/** A page of settlements in the order in which they were made. */
export async function listSettlements(
  books: Books,
  query: SettlementQuery,
  afterId: string | undefined,
  limit: number,
): Promise<SettlementPage> {
  const endId = await endIdOf(books, query.toMs);
  const scan: Scan<Settlement, string> = {
    async read(beyond) {
      const rows = await books.settlementsAfter(query.tenant, beyond, scanRows, query.runId);
      return { rows, isEnd: rows.length < scanRows };
    },
    placeOf: ({ id }) => id,
    isWanted: (settlement) => matches(settlement, query),
    isPast: ({ id }) => id >= endId,
    scannedMax,
  };
  return await collectPage(scan, afterId ?? idAtMs(query.fromMs ?? 0), limit);
}

function matches(settlement: Settlement, query: SettlementQuery): boolean {
  if (query.agent !== undefined && settlement.agent !== query.agent) return false;
  if (query.serviceId !== undefined && settlement.serviceId !== query.serviceId) return false;
  if (query.fromMs !== undefined && settlement.settledAtMs < query.fromMs) return false;
  return query.toMs === undefined || settlement.settledAtMs < query.toMs;
}
