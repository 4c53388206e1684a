import { requestsOf, totalOf } from './account.ts';
import {
  accountOf,
  addEntry,
  done,
  type Expected,
  learnEntry,
  type ModelBooks,
  type ModelService,
  type Moment,
  refused,
  type WriteOf,
} from './books.ts';
import { assetOf } from './known-assets.ts';
import { countForLimits, limitsAllow } from './limits.ts';
import { passTimeOf, pay, purseOf } from './prepaid.ts';
import { amountText } from './prepaid-text.ts';
import { availableIn } from './purse.ts';
import { rate } from './tiers.ts';
import { millionthsIn, partsOf, quantityBody } from './units.ts';
import type { Item } from './write.ts';

const minuteMs = 60_000;
const dayMs = 86_400_000;

type Entry = ReturnType<typeof addEntry>;
type Recorded =
  | { readonly kind: 'recorded' | 'duplicate'; readonly total: number; readonly entry: Entry }
  | { readonly kind: 'refused'; readonly code: string; readonly body?: unknown };

export function recordOne(books: ModelBooks, { item }: WriteOf<'usage'>, moment: Moment): Expected {
  const recorded = record(books, item, moment);
  if (recorded.kind === 'refused') return refused(recorded.code, recorded.body);
  const { agent, serviceId } = item;
  const isDuplicate = recorded.kind === 'duplicate';
  const { drawn } = recorded.entry;
  const purse = () => purseOf(books, { agent, asset: assetOf(books, serviceId).code }, moment.nowMs);
  const paid =
    drawn === undefined || isDuplicate
      ? {}
      : { drawn: amountText(drawn), available: amountText(availableIn(purse())) };
  const quantity = quantityBody(recorded.total, accountOf(books, item));
  const body = { agent, serviceId, total: recorded.total, ...quantity, ...paid };
  return done(
    isDuplicate ? 200 : 201,
    isDuplicate ? { ...body, status: 'duplicate' } : body,
    ({ location }) => learnEntry(books, recorded.entry, location),
  );
}

/** Records a bulk on a copy of the books, which replaces them if the bulk succeeds. */
export function recordMany(
  books: ModelBooks,
  { items, isAtomic }: WriteOf<'bulk'>,
  moment: Moment,
): { readonly expected: Expected; readonly after: ModelBooks } {
  const after = structuredClone(books);
  const results: { readonly ok: boolean }[] = [];
  for (const [index, item] of items.entries()) {
    if (item.requests === 0) {
      results.push(Object.assign({ index, ok: false }, { error: 'invalid_item' }));
      continue;
    }
    const recorded = record(after, item, moment);
    if (recorded.kind === 'refused') {
      if (recorded.code === moment.gate) return { expected: refused(recorded.code), after: books };
      results.push(Object.assign({ index, ok: false }, { error: recorded.code }));
      continue;
    }
    const { total } = recorded;
    const quantity = quantityBody(total, accountOf(after, item));
    results.push(Object.assign({ index, ok: true }, { total, ...quantity, status: recorded.kind }));
  }
  if (isAtomic && results.some(({ ok }) => !ok))
    return { expected: refused('bulk_rejected', { results }), after: books };
  const isRemembered = results.some(({ ok }) => ok);
  return {
    expected: { kind: 'done', status: 201, body: { results }, isRemembered, learn: () => true },
    after,
  };
}

/** Checks the id of the item first, and then everything that depends on the time. */
function record(books: ModelBooks, item: Item, { nowMs, gate }: Moment): Recorded {
  const account = accountOf(books, item);
  const occurredAtMs = item.occurredAt === undefined ? undefined : Date.parse(item.occurredAt);
  const parts = partsOf(item, account.scale);
  const known = item.id === undefined ? undefined : usageOf(books, item.id);
  if (known !== undefined) {
    const isSame =
      known.account.agent === item.agent &&
      known.account.serviceId === item.serviceId &&
      requestsOf([known.entry]) === parts &&
      known.entry.occurredAtMs === occurredAtMs;
    if (!isSame) return { kind: 'refused', code: 'usage_id_conflict' };
    return { kind: 'duplicate', total: totalOf(account), entry: known.entry };
  }
  if (gate !== undefined) return { kind: 'refused', code: gate };
  if (parts === undefined) return { kind: 'refused', code: 'invalid_quantity' };
  const service = books.services.get(item.serviceId);
  const code = judgeTime(occurredAtMs, nowMs) ?? closedBecause(service);
  if (code !== undefined) return { kind: 'refused', code };
  // Lapsed holds of the agent no longer count.
  passTimeOf(books, item.agent, nowMs);
  const rated = rate(account, service, parts, nowMs);
  const { agent, serviceId } = item;
  const { code: asset } = assetOf(books, serviceId);
  const quantity = millionthsIn(parts, account.scale);
  const counted = { agent, serviceId, asset, quantity, cost: rated.cost };
  if (!limitsAllow(books, counted, nowMs)) return { kind: 'refused', code: 'limit_reached' };
  const { refusal, drawn } = pay(books, { agent, asset }, rated.cost, nowMs);
  if (refusal !== undefined) return refusal;
  countForLimits(books, counted, nowMs);
  const entry = addEntry(books, account, nowMs, {
    parts: [rated.part],
    begun: rated.begun,
    usageId: item.id,
    occurredAtMs,
    drawn,
  });
  account.period = rated.period;
  return { kind: 'recorded', total: totalOf(account), entry };
}

/** The code with which usage is refused because of the time at which it occurred. */
export function judgeTime(occurredAtMs: number | undefined, nowMs: number): string | undefined {
  if (occurredAtMs === undefined) return undefined;
  if (occurredAtMs < nowMs - 34 * dayMs) return 'event_too_old';
  return occurredAtMs > nowMs + 5 * minuteMs ? 'event_in_future' : undefined;
}

/** The code with which a service refuses usage. */
export function closedBecause(service: ModelService | undefined): string | undefined {
  if (service?.isDeleted === true) return 'service_deleted';
  return service?.isDisabled === true ? 'service_disabled' : undefined;
}

export function usageOf({ accounts }: ModelBooks, usageId: string) {
  for (const account of accounts.values()) {
    const entry = account.entries.find((one) => one.usageId === usageId);
    if (entry !== undefined) return { account, entry };
  }
  return undefined;
}
