import type { Act } from '../domain/act.ts';
import type { Books } from './books.ts';
import { collectPage, type Page, type Scan } from './collect-page.ts';
import { endIdOf, idAtMs } from './id-bounds.ts';

/** Which administrative acts are wanted. Times are a range [from, to). */
export interface ActQuery {
  /** `undefined`: those of all tenants, and of the operator */
  readonly tenant: string | undefined;
  readonly type: string | undefined;
  /** a kind of actor, or the prefix of an API key */
  readonly actor: string | undefined;
  readonly subject: string | undefined;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
}

const scanRows = 500;
const scannedMax = 5_000;

/** A page of administrative acts, the newest first. It continues before an id. */
export async function listActs(
  books: Books,
  query: ActQuery,
  beforeId: string | undefined,
  limit: number,
): Promise<Page<Act, string>> {
  const firstId = idAtMs(query.fromMs ?? 0);
  const scan: Scan<Act, string> = {
    async read(before) {
      const rows = await books.actsBefore(query.tenant, before, scanRows);
      return { rows, isEnd: rows.length < scanRows };
    },
    placeOf: ({ id }) => id,
    isWanted: (act) => matches(act, query),
    isPast: ({ id }) => id < firstId,
    scannedMax,
  };
  return await collectPage(scan, beforeId ?? (await endIdOf(books, query.toMs)), limit);
}

function matches({ type, subject, atMs, actor }: Act, query: ActQuery): boolean {
  if (query.type !== undefined && type !== query.type) return false;
  if (query.subject !== undefined && subject !== query.subject) return false;
  if (query.actor !== undefined && query.actor !== actor.kind && query.actor !== actor.keyPrefix)
    return false;
  if (query.fromMs !== undefined && atMs < query.fromMs) return false;
  return query.toMs === undefined || atMs < query.toMs;
}
