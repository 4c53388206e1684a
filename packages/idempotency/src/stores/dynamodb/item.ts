import { isForgotten } from '../../core/lease-decision.ts';
import type { ClaimRequest, Completion, Slot, StoredAnswer, StoredRecord } from '../../core/store.ts';
import type { DynamodbValue } from './client.ts';

// Attributes of an item: id (the key of the table), token, leavesAt (for the table's TTL, in seconds). Of a record also
// fingerprint, firstSeenAt, forgetAt; leaseUntil and claimId while it is leased; then answer, answerUntil, location. An
// item without a fingerprint marks a released slot: a claim that drew its token before the release must not take it.

/** An item holds at most 400 KB, including names and numbers. A longer answer is stored as a tombstone. */
const answerAndLocationBytesMax = 400_000;
/** How long an item outlives its record: far longer than a claim takes between its read and its write. */
const markMs = 3_600_000;

/** The content of an item. */
export interface FoundItem {
  readonly token: number;
  readonly leaseUntil: number | undefined;
  readonly claimId: string | undefined;
  /** undefined for the mark left by a release */
  readonly record: StoredRecord | undefined;
  readonly forgetAt: number;
  readonly leavesAt: number;
}

export function keyOf({ scope, key }: Slot): { id: DynamodbValue } {
  return { id: text(`${scope}:${key}`) };
}

export function text(value: string): DynamodbValue {
  return { S: value };
}

export function number(value: number): DynamodbValue {
  return { N: String(value) };
}

/** When the table's TTL may remove an item, in seconds: never before its record is over. */
export function leavesAt(overAtMs: number): number {
  return Math.ceil((overAtMs + markMs) / 1000);
}

/** The item of a claim: a new record, or one that is taken over. */
export function leasedItem(
  slot: Slot,
  request: ClaimRequest,
  found: FoundItem | undefined,
  claim: { readonly nowMs: number; readonly token: number; readonly claimId: string },
): Record<string, DynamodbValue> {
  const { nowMs, token, claimId } = claim;
  const kept =
    found?.record !== undefined && !isForgotten(found.record, found.forgetAt, nowMs) ? found : undefined;
  const forgetAt = kept?.forgetAt ?? nowMs + request.retentionMs;
  const leaseUntil = nowMs + request.leaseMs;
  return {
    ...keyOf(slot),
    token: number(token),
    fingerprint: text(kept?.record?.fingerprint ?? request.fingerprint),
    firstSeenAt: number(kept?.record?.firstSeenAtMs ?? nowMs),
    forgetAt: number(forgetAt),
    leaseUntil: number(leaseUntil),
    claimId: text(claimId),
    leavesAt: number(leavesAt(Math.max(forgetAt, leaseUntil))),
  };
}

/** Whether a claim may take the slot. */
export function isClaimable(
  found: FoundItem | undefined,
  { takeOver }: ClaimRequest,
  nowMs: number,
): boolean {
  const record = found?.record;
  if (found === undefined || record === undefined || isForgotten(record, found.forgetAt, nowMs)) return true;
  return record.kind === 'leased' && nowMs >= record.leaseExpiresAtMs && record.fencingToken === takeOver;
}

/** The attributes that a completion sets. */
export function completedAttributes(completion: Completion, nowMs: number): Record<string, DynamodbValue> {
  const { answer, answerTtlMs, location } = completion;
  const place = location === undefined ? {} : { location: text(location) };
  if (answer === undefined || bytesOf(answer) + bytesOf(location ?? '') > answerAndLocationBytesMax)
    return place;
  const value = typeof answer === 'string' ? textOrBytes(answer) : { B: answer };
  return { ...place, answer: value, answerUntil: number(nowMs + answerTtlMs) };
}

/** Not every reader of JSON accepts half a surrogate pair. */
function textOrBytes(value: string): DynamodbValue {
  return value.isWellFormed() ? text(value) : { B: Buffer.from(value) };
}

function bytesOf(answer: StoredAnswer): number {
  return typeof answer === 'string' ? Buffer.byteLength(answer) : answer.byteLength;
}

/** @throws {TypeError} if it is not an item of the store */
export function parseItem(item: object | undefined): FoundItem | undefined {
  if (item === undefined) return undefined;
  const fingerprint = cellOf(item, 'fingerprint', 'S');
  const token = numberOf(item, 'token');
  const leaseUntil = cellOf(item, 'leaseUntil', 'N') === undefined ? undefined : numberOf(item, 'leaseUntil');
  const claimId = cellOf(item, 'claimId', 'S');
  const known = { token, leaseUntil, leavesAt: numberOf(item, 'leavesAt') };
  if (typeof fingerprint !== 'string') {
    return { ...known, claimId: undefined, record: undefined, forgetAt: 0 };
  }
  return {
    ...known,
    claimId: typeof claimId === 'string' ? claimId : undefined,
    forgetAt: numberOf(item, 'forgetAt'),
    record: parseRecord(item, fingerprint, token, leaseUntil),
  };
}

function parseRecord(
  item: object,
  fingerprint: string,
  fencingToken: number,
  leaseUntil: number | undefined,
): StoredRecord {
  const known = { fingerprint, fencingToken, firstSeenAtMs: numberOf(item, 'firstSeenAt') };
  if (leaseUntil !== undefined) return { kind: 'leased', ...known, leaseExpiresAtMs: leaseUntil };
  const location = cellOf(item, 'location', 'S');
  const answer = cellOf(item, 'answer', 'S') ?? cellOf(item, 'answer', 'B');
  return {
    kind: 'completed',
    ...known,
    location: typeof location === 'string' ? location : undefined,
    answer:
      typeof answer === 'string' || answer instanceof Uint8Array
        ? { kind: 'kept', response: answer, expiresAtMs: numberOf(item, 'answerUntil') }
        : { kind: 'gone' },
  };
}

function cellOf(item: object, name: string, type: 'S' | 'N' | 'B'): unknown {
  return Reflect.get(Object(Reflect.get(item, name)), type);
}

/** @throws {TypeError} if a number cannot hold it exactly */
export function numberOf(item: object, name: string): number {
  const value = Number(cellOf(item, name, 'N'));
  if (!Number.isSafeInteger(value)) throw new TypeError(`the table gave no exact number for ${name}`);
  return value;
}
