import { type ModelAccount, requestsOf, totalOf } from './account.ts';
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
import { assetOf } from './known-assets.ts';
import { countForLimits, limitsAllow, noHold, nothingUsed, returnCounted } from './limits.ts';
import { learnId, passTimeOf, policyOf, purseOf, pursesOf, tooLittle } from './prepaid.ts';
import { amountOf, amountText } from './prepaid-text.ts';
import { priceAt, type UnitPrice } from './prices.ts';
import { availableIn, endHold, openHolds, partsFor } from './purse.ts';
import type { ModelHold, ModelPurse } from './purse-types.ts';
import { dearest, paidFor, rate } from './tiers.ts';
import { millionthsIn, partsOf, quantityBody } from './units.ts';
import { closedBecause, judgeTime, usageOf } from './usage.ts';

const holdMsDefault = 600_000;
const holdsOpenMax = 10_000;

export function holdBody({ agent, asset }: ModelPurse, hold: ModelHold, account: ModelAccount) {
  const { id, serviceId, amount, requests, state, createdAtMs, expiresAtMs, endedAtMs, captured } = hold;
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    id,
    agent,
    serviceId,
    asset,
    amount: amountText(amount),
    requests: requests ?? null,
    ...(requests === undefined ? {} : quantityBody(requests, hold)),
    state,
    createdAt: iso(createdAtMs),
    expiresAt: iso(expiresAtMs),
    endedAt: endedAtMs === undefined ? null : iso(endedAtMs),
    lapsed: state === 'lapsed' || hold.wasLapsed,
    entryId: captured === undefined ? null : account.entries[captured.sequence - 1]?.id,
    captured: captured === undefined ? null : amountText(captured.cost),
  };
}

export function createHold(books: ModelBooks, write: WriteOf<'create_hold'>, moment: Moment): Expected {
  const { agent, serviceId, id } = write;
  const { nowMs, gate } = moment;
  const account = accountOf(books, write);
  const { code: asset } = assetOf(books, serviceId);
  const purse = purseOf(books, { agent, asset }, nowMs);
  const known = id === undefined ? undefined : holdCalled(books, id, nowMs);
  if (known !== undefined) {
    const { hold, purse: own } = known;
    const isSame = own.agent === agent && hold.serviceId === serviceId && isHoldOf(hold, write);
    if (!isSame) return refused('hold_id_conflict');
    return done(200, { ...holdBody(own, hold, account), available: amountText(availableIn(own)) });
  }
  if (gate !== undefined) return refused(gate);
  const service = books.services.get(serviceId);
  const closed = closedBecause(service);
  if (closed !== undefined) return refused(closed);
  const scale = service?.scale ?? 0;
  const requests = write.amount === undefined ? partsOf(write, scale) : undefined;
  if (write.amount === undefined && requests === undefined) return refused('invalid_quantity');
  const policy = policyOf(books, agent);
  const isPrepaid = policy.mode === 'prepaid';
  const price = service && priceAt(service, nowMs);
  if (price === undefined && (isPrepaid || requests !== undefined)) return refused('service_unpriced');
  const amount =
    write.amount === undefined ? reservedFor(requests ?? 0, price, scale) : amountOf(write.amount);
  const quantity =
    millionthsIn(requests ?? 0, scale) || (price === undefined ? 0n : paidFor(amount, price, scale));
  const counted = { agent, serviceId, asset, quantity, cost: price === undefined ? undefined : amount };
  if (!limitsAllow(books, counted, nowMs)) return refused('limit_reached');
  if (openHolds(purse).length >= holdsOpenMax) return refused('limit_exceeded');
  const refusal = isPrepaid ? tooLittle(purse, amount, 0n, policy) : undefined;
  if (refusal !== undefined) return refusal;
  const hold: ModelHold = {
    id,
    number: pursesOf(books, agent).reduce((count, { holds }) => count + holds.length, 1),
    serviceId,
    amount,
    requests,
    scale,
    isPrepaid,
    parts: partsFor(purse, isPrepaid ? amount : 0n),
    counts: { quantity, cost: amount, places: countForLimits(books, counted, nowMs) },
    createdAtMs: nowMs,
    expiresAtMs: nowMs + (write.expiresInMs ?? holdMsDefault),
    state: 'open',
    endedAtMs: undefined,
    wasLapsed: false,
    captured: undefined,
  };
  purse.holds.push(hold);
  const body = { ...holdBody(purse, hold, account), available: amountText(availableIn(purse)) };
  return done(201, body, (observed) => learnId(books, hold, observed));
}

/** Nothing is reserved while the service has no price. */
function reservedFor(requests: number, price: UnitPrice | undefined, scale: number): bigint {
  return price === undefined ? 0n : dearest(requests, price, scale);
}

/** Whether a hold has the same use, or the same amount, as a repeated request. */
function isHoldOf({ requests, amount, scale }: ModelHold, write: WriteOf<'create_hold'>): boolean {
  if (write.amount !== undefined) return requests === undefined && amount === amountOf(write.amount);
  return requests !== undefined && partsOf(write, scale) === requests;
}

/** A hold in its current state. */
function holdCalled(books: ModelBooks, id: string, nowMs: number) {
  for (const purse of books.purses.values()) {
    const hold = purse.holds.find((one) => one.id === id);
    if (hold === undefined) continue;
    passTimeOf(books, purse.agent, nowMs);
    return { purse, hold };
  }
  return undefined;
}

export function captureHold(books: ModelBooks, write: WriteOf<'capture_hold'>, moment: Moment): Expected {
  const { holdId, id: usageId, occurredAt } = write;
  const { nowMs, gate } = moment;
  const found = holdCalled(books, holdId, nowMs);
  if (found === undefined) return refused(gate ?? 'not_found');
  const { purse, hold } = found;
  const { agent } = purse;
  const { serviceId } = hold;
  const account = accountOf(books, { agent, serviceId });
  const requests = partsOf(write, account.scale);
  const occurredAtMs = occurredAt === undefined ? undefined : Date.parse(occurredAt);
  const known = usageId === undefined ? undefined : usageOf(books, usageId);
  if (known !== undefined) {
    const isOfHold =
      known.account === account &&
      known.entry.sequence === hold.captured?.sequence &&
      requestsOf([known.entry]) === requests &&
      known.entry.occurredAtMs === occurredAtMs;
    if (!isOfHold) return refused('usage_id_conflict');
    const body = { ...holdBody(purse, hold, account), total: totalOf(account), status: 'duplicate' };
    return done(200, body, ({ location }) => learnEntry(books, known.entry, location));
  }
  if (gate !== undefined) return refused(gate);
  if (hold.state === 'captured' || hold.state === 'released') return ended(purse, hold, account);
  if (requests === undefined) return refused('invalid_quantity');
  const service = books.services.get(hold.serviceId);
  const code = judgeTime(occurredAtMs, nowMs) ?? closedBecause(service);
  if (code !== undefined) return refused(code);
  const rated = rate(account, service, requests, nowMs);
  const isOpen = hold.state === 'open';
  const policy = policyOf(books, agent);
  const { code: asset } = assetOf(books, serviceId);
  // A hold made before its service was registered is in XLM, and reserves nothing.
  const payer = purseOf(books, { agent, asset }, nowMs);
  const isReserved = isOpen && payer === purse;
  const isDrawn = policy.mode === 'prepaid' || (isReserved && hold.isPrepaid);
  const cost = rated.cost ?? 0n;
  const quantity = millionthsIn(requests, account.scale);
  const item = { agent, serviceId, asset, quantity, cost: rated.cost };
  const reserved = isReserved ? hold.parts.reduce((sum, { amount }) => sum + amount, 0n) : 0n;
  const counts = isOpen ? hold.counts : noHold;
  if (!limitsAllow(books, item, nowMs, counts)) return refused('limit_reached');
  if (isDrawn && rated.cost === undefined) return refused('service_unpriced');
  const refusal = isDrawn ? tooLittle(payer, cost, reserved, policy) : undefined;
  if (refusal !== undefined) return refusal;
  countForLimits(books, item, nowMs, counts);
  hold.wasLapsed = !isOpen;
  const drawnFrom = isReserved ? hold : { ...hold, parts: [] };
  endHold(payer, drawnFrom, 'captured', nowMs, isDrawn ? cost : 0n);
  hold.state = 'captured';
  hold.endedAtMs = nowMs;
  const { part, begun } = rated;
  const drawn = isDrawn ? cost : undefined;
  const entry = addEntry(books, account, nowMs, { parts: [part], begun, usageId, occurredAtMs, drawn });
  account.period = rated.period;
  hold.captured = { sequence: entry.sequence, cost };
  const paid = isDrawn ? { drawn: amountText(cost), available: amountText(availableIn(payer)) } : {};
  const { entryId: _, ...body } = holdBody(purse, hold, account);
  return done(201, { ...body, total: totalOf(account), ...paid }, ({ location }) =>
    learnEntry(books, entry, location),
  );
}

function ended(purse: ModelPurse, hold: ModelHold, account: ModelAccount): Expected {
  return refused('hold_ended', { hold: holdBody(purse, hold, account) });
}

export function releaseHold(books: ModelBooks, write: WriteOf<'release_hold'>, moment: Moment): Expected {
  if (moment.gate !== undefined) return refused(moment.gate);
  const found = holdCalled(books, write.holdId, moment.nowMs);
  if (found === undefined) return refused('not_found');
  const { purse, hold } = found;
  const account = accountOf(books, { agent: purse.agent, serviceId: hold.serviceId });
  if (hold.state !== 'open') return ended(purse, hold, account);
  returnCounted(hold.counts, nothingUsed);
  endHold(purse, hold, 'released', moment.nowMs);
  return done(200, { ...holdBody(purse, hold, account), available: amountText(availableIn(purse)) });
}

export function extendHold(books: ModelBooks, write: WriteOf<'extend_hold'>, moment: Moment): Expected {
  if (moment.gate !== undefined) return refused(moment.gate);
  const found = holdCalled(books, write.holdId, moment.nowMs);
  if (found === undefined) return refused('not_found');
  const { purse, hold } = found;
  const account = accountOf(books, { agent: purse.agent, serviceId: hold.serviceId });
  if (hold.state !== 'open') return ended(purse, hold, account);
  hold.expiresAtMs = Math.max(hold.expiresAtMs, moment.nowMs + write.expiresInMs);
  return done(200, { ...holdBody(purse, hold, account), available: amountText(availableIn(purse)) });
}
