import { isDeepStrictEqual } from 'node:util';
import { type Expected, emptyBooks, type ModelBooks, type Moment, type Observed } from './books.ts';
import { captureHold, createHold, extendHold, releaseHold } from './holds.ts';
import { putAsset } from './known-assets.ts';
import { deleteLimit, setLimit } from './limits.ts';
import { createGrant, createRefund, passTimeOf, setBilling, voidGrant } from './prepaid.ts';
import { clearAll, reverseOne } from './reversing.ts';
import { cancelPrice, deleteOne, putMany, putOne, setDisabled, setPrice } from './services.ts';
import { settleAll, settleOne, type Tags, writeOff } from './settling.ts';
import { recordMany, recordOne } from './usage.ts';
import type { Sent, Write } from './write.ts';

const dayMs = 86_400_000;
export const answerTtlMs = dayMs;
const aheadToleranceMs = 300_000;

/** The facts known about a key. */
interface KnownKey {
  readonly request: string;
  readonly first: Observed;
  readonly firstSeenMs: number;
  /** whether its answer, or the key itself, may have been deleted since */
  mayAnswerBeGone: boolean;
  mayBeForgotten: boolean;
}

/**
 * The server in its simplest form, without any code of the server: lists that are summed up from the start for every
 * question. It is plain data, so that a test can copy it and try different orders of writes.
 */
export interface Model {
  readonly tenants: Map<string, ModelBooks>;
  readonly keys: Map<string, KnownKey>;
  /** the minimum time for which a key is remembered */
  readonly retentionMs: number;
  isPaused: boolean;
  nowMs: number;
  /** keys from before this time are unknown */
  forgottenBeforeMs: number;
}

export function newModel(tenants: readonly string[], nowMs: number, retentionMs: number): Model {
  return {
    tenants: new Map(tenants.map((tenant) => [tenant, emptyBooks()])),
    keys: new Map(),
    retentionMs,
    isPaused: false,
    nowMs,
    forgottenBeforeMs: 0,
  };
}

export function booksOf({ tenants }: Model, tenant: string): ModelBooks {
  const books = tenants.get(tenant);
  if (books === undefined) throw new Error(`there is no tenant ${tenant}`);
  return books;
}

/** `undefined` if this answer is possible; the model has then executed the write. Otherwise the expected answer. */
export function mismatch(model: Model, sent: Sent, observed: Observed, tags: Tags): unknown {
  const name = `${sent.tenant} ${sent.key}`;
  const known = sent.key === undefined ? undefined : model.keys.get(name);
  const request = JSON.stringify(sent.write);
  if (known !== undefined) {
    const wrong = mismatchOfKnown(model, known, request, observed);
    if (wrong === undefined || !known.mayBeForgotten) return wrong;
  }
  const moment = { nowMs: model.nowMs, gate: gateOf(model, sent.key) };
  const { expected, after } = carryOut(booksOf(model, sent.tenant), sent.write, moment, tags);
  if (!isAsExpected(expected, observed)) return expected;
  if (expected.kind === 'refused') return undefined;
  if (!expected.learn(observed)) return { ...expected, because: 'of its ids' };
  model.tenants.set(sent.tenant, after);
  if (sent.key !== undefined && expected.isRemembered) {
    const { nowMs } = model;
    model.keys.set(name, {
      request,
      first: observed,
      firstSeenMs: nowMs,
      mayAnswerBeGone: false,
      mayBeForgotten: false,
    });
  }
  return undefined;
}

function mismatchOfKnown(model: Model, known: KnownKey, request: string, observed: Observed): unknown {
  if (known.request !== request) return unlessRefused(observed, 'idempotency_conflict');
  const isKept = model.nowMs < known.firstSeenMs + answerTtlMs;
  if (!isKept || (known.mayAnswerBeGone && !observed.isReplayed)) {
    return unlessRefused(observed, 'idempotency_key_expired', {
      firstSeenAt: new Date(known.firstSeenMs).toISOString(),
      location: known.first.location,
    });
  }
  const replay = { ...known.first, isReplayed: true };
  return isDeepStrictEqual(observed, replay) ? undefined : replay;
}

function unlessRefused(observed: Observed, code: string, body?: unknown): Expected | undefined {
  const expected: Expected = { kind: 'refused', code, body };
  return isAsExpected(expected, observed) ? undefined : expected;
}

function isAsExpected(expected: Expected, observed: Observed): boolean {
  if (observed.isReplayed) return false;
  if (expected.kind === 'done')
    return observed.status === expected.status && isPart(expected.body, observed.json);
  return observed.json?.error === expected.code && isPart(expected.body, observed.json);
}

/** Whether everything expected is present. Lists must have the same length. */
function isPart(expected: unknown, found: unknown): boolean {
  if (expected === undefined) return true;
  if (typeof expected !== 'object' || expected === null) return expected === found;
  if (typeof found !== 'object' || found === null) return false;
  if (Array.isArray(expected) && (!Array.isArray(found) || expected.length !== found.length)) return false;
  return Object.entries(expected).every(([name, value]) => isPart(value, Reflect.get(found, name)));
}

/** The reason why a key, or the current state, allows nothing new. */
function gateOf(
  { nowMs, isPaused, retentionMs, forgottenBeforeMs }: Model,
  key: string | undefined,
): string | undefined {
  const madeAtMs = timeOf(key);
  if (madeAtMs !== undefined && madeAtMs < Math.max(nowMs - retentionMs, forgottenBeforeMs))
    return 'idempotency_key_expired';
  if (madeAtMs !== undefined && madeAtMs > nowMs + aheadToleranceMs) return 'idempotency_key_in_future';
  return isPaused ? 'service_paused' : undefined;
}

/** The time in a UUIDv7. */
function timeOf(key: string | undefined): number | undefined {
  const [, high, low] = /^([0-9a-f]{8})-([0-9a-f]{4})-7/.exec(key ?? '') ?? [];
  return high === undefined ? undefined : Number.parseInt(`${high}${low}`, 16);
}

function carryOut(
  books: ModelBooks,
  write: Write,
  moment: Moment,
  tags: Tags,
): { readonly expected: Expected; readonly after: ModelBooks } {
  if (write.kind === 'bulk') return recordMany(books, write, moment);
  return { expected: carryOutOne(books, write, moment, tags), after: books };
}

function carryOutOne(
  books: ModelBooks,
  write: Exclude<Write, { kind: 'bulk' }>,
  moment: Moment,
  tags: Tags,
): Expected {
  switch (write.kind) {
    case 'usage':
      return recordOne(books, write, moment);
    case 'settle':
      return settleOne(books, write, moment, tags);
    case 'settle_bulk':
      return settleAll(books, write, moment);
    case 'put_asset':
      return putAsset(books, write, moment);
    case 'put_service':
      return putOne(books, write, moment);
    case 'put_services':
      return putMany(books, write, moment);
    case 'set_price':
      return setPrice(books, write, moment);
    case 'cancel_price':
      return cancelPrice(books, write, moment);
    case 'set_disabled':
      return setDisabled(books, write, moment);
    case 'delete_service':
      return deleteOne(books, write, moment);
    case 'set_limit':
      return setLimit(books, write, moment);
    case 'delete_limit':
      return deleteLimit(books, write, moment);
    case 'set_billing':
      return setBilling(books, write, moment);
    case 'create_grant':
      return createGrant(books, write, moment);
    case 'create_refund':
      return createRefund(books, write, moment);
    case 'void_grant':
      return voidGrant(books, write, moment);
    case 'create_hold':
      return createHold(books, write, moment);
    case 'capture_hold':
      return captureHold(books, write, moment);
    case 'release_hold':
      return releaseHold(books, write, moment);
    case 'extend_hold':
      return extendHold(books, write, moment);
    case 'reverse':
      return reverseOne(books, write, moment);
    case 'clear':
      return clearAll(books, write, moment);
    case 'write_off':
      return writeOff(books, write, moment);
  }
}

/** Records lapses and expiries up to now: they remain, even if the clock is set back later. */
export function notePassedTime({ tenants, nowMs }: Model): void {
  for (const books of tenants.values())
    for (const { agent } of [...books.purses.values()]) passTimeOf(books, agent, nowMs);
}

/** Whether a limit of several agents still counts a lapsed hold: it does until the lapse is recorded. */
export function hasSharedLapse({ tenants, nowMs }: Model): boolean {
  return [...tenants.values()].some(({ limits, purses }) => {
    if ([...limits.values()].every(({ agent }) => agent !== undefined)) return false;
    const holds = [...purses.values()].flatMap((purse) => purse.holds);
    return holds.some(
      ({ state, expiresAtMs, counts }) =>
        state === 'open' && expiresAtMs <= nowMs && counts.places.length > 0,
    );
  });
}

/** From now on, expired answers and keys past their retention may be gone, even if the clock is set back later. */
export function noteSweep(model: Model, forgottenBeforeMs: number): void {
  const { keys, nowMs, retentionMs } = model;
  model.forgottenBeforeMs = Math.max(model.forgottenBeforeMs, forgottenBeforeMs);
  for (const [name, key] of keys) {
    if (nowMs >= key.firstSeenMs + answerTtlMs) key.mayAnswerBeGone = true;
    // On PostgreSQL the record of a key with a time is dropped with the partition of its day, however late the key was
    // first used. Such a key is refused from then on.
    const sinceMs = timeOf(name.slice(name.indexOf(' ') + 1)) ?? key.firstSeenMs;
    if (nowMs >= sinceMs + retentionMs) key.mayBeForgotten = true;
  }
}
