import { requestsOf, totalOf } from './account.ts';
import {
  accountOf,
  addEntry,
  done,
  type Expected,
  learnEntry,
  type ModelBooks,
  type Moment,
  refused,
  type WriteOf,
} from './books.ts';
import { countForLimits } from './limits.ts';
import type { Item } from './write.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

type Entry = ReturnType<typeof addEntry>;
type Recorded =
  | { readonly kind: 'recorded' | 'duplicate'; readonly total: number; readonly entry: Entry }
  | { readonly kind: 'refused'; readonly code: string };

export function recordOne(books: ModelBooks, { item }: WriteOf<'usage'>, moment: Moment): Expected {
  const recorded = record(books, item, moment);
  if (recorded.kind === 'refused') return refused(recorded.code);
  const { agent, serviceId } = item;
  const body = { agent, serviceId, total: recorded.total };
  const isDuplicate = recorded.kind === 'duplicate';
  return done(
    isDuplicate ? 200 : 201,
    isDuplicate ? { ...body, status: 'duplicate' } : body,
    ({ location }) => learnEntry(books, recorded.entry, location),
  );
}

/** A bulk on a copy of the books, which takes their place if the bulk is carried out. */
export function recordMany(
  books: ModelBooks,
  { items, isAtomic }: WriteOf<'bulk'>,
  moment: Moment,
): { readonly expected: Expected; readonly after: ModelBooks } {
  const after = structuredClone(books);
  const results: { readonly ok: boolean }[] = [];
  for (const [index, item] of items.entries()) {
    if (item.requests < 1) {
      results.push(Object.assign({ index, ok: false }, { error: 'invalid_item' }));
      continue;
    }
    const recorded = record(after, item, moment);
    if (recorded.kind === 'refused') {
      if (recorded.code === moment.gate) return { expected: refused(recorded.code), after: books };
      results.push(Object.assign({ index, ok: false }, { error: recorded.code }));
      continue;
    }
    results.push(Object.assign({ index, ok: true }, { total: recorded.total, status: recorded.kind }));
  }
  if (isAtomic && results.some(({ ok }) => !ok))
    return { expected: refused('bulk_rejected', { results }), after: books };
  const isRemembered = results.some(({ ok }) => ok);
  return {
    expected: { kind: 'done', status: 201, body: { results }, isRemembered, learn: () => true },
    after,
  };
}

/** First the id of the item, then everything that depends on the moment. */
function record(books: ModelBooks, item: Item, { nowMs, gate }: Moment): Recorded {
  const account = accountOf(books, item);
  const occurredAtMs = item.occurredAt === undefined ? undefined : Date.parse(item.occurredAt);
  const known = item.id === undefined ? undefined : usageOf(books, item.id);
  if (known !== undefined) {
    const isSame =
      known.account.agent === item.agent &&
      known.account.serviceId === item.serviceId &&
      requestsOf([known.entry]) === item.requests &&
      known.entry.occurredAtMs === occurredAtMs;
    if (!isSame) return { kind: 'refused', code: 'usage_id_conflict' };
    return { kind: 'duplicate', total: totalOf(account), entry: known.entry };
  }
  if (gate !== undefined) return { kind: 'refused', code: gate };
  if (occurredAtMs !== undefined && occurredAtMs < nowMs - 34 * dayMs)
    return { kind: 'refused', code: 'event_too_old' };
  if (occurredAtMs !== undefined && occurredAtMs > nowMs + 5 * minuteMs)
    return { kind: 'refused', code: 'event_in_future' };
  const service = books.services.get(item.serviceId);
  if (service?.isDeleted === true) return { kind: 'refused', code: 'service_deleted' };
  if (service?.isDisabled === true) return { kind: 'refused', code: 'service_disabled' };
  if (!countForLimits(books, item, nowMs)) return { kind: 'refused', code: 'limit_reached' };
  const parts = [{ version: service?.prices.length ?? 0, requests: item.requests }];
  const entry = addEntry(books, account, nowMs, { parts, usageId: item.id, occurredAtMs });
  return { kind: 'recorded', total: totalOf(account), entry };
}

function usageOf({ accounts }: ModelBooks, usageId: string) {
  for (const account of accounts.values()) {
    const entry = account.entries.find((one) => one.usageId === usageId);
    if (entry !== undefined) return { account, entry };
  }
  return undefined;
}
