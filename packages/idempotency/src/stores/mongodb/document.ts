import { isForgotten } from '../../core/lease-decision.ts';
import type { ClaimRequest, Completion, Slot, StoredRecord } from '../../core/store.ts';
import type { MongodbDocument } from './client.ts';

// Fields of a document: _id, token, leavesAt (for the TTL index). Of a record also fingerprint, firstSeenAt, forgetAt;
// leaseUntil while it is leased; then answer, answerUntil, location. A document without a fingerprint marks a released
// slot: a claim that drew its token before the release must not take it. One more document counts the tokens.

export const counterId = 'fencing-token';
/** A document holds at most 16 MiB. A longer answer is stored as a tombstone; the rest is for the other fields. */
const answerAndLocationBytesMax = 16_000_000;
/** How long a document outlives its record: far longer than a claim takes between its read and its write. */
const markMs = 3_600_000;

/** The content of a document. */
export interface FoundDocument {
  readonly token: number;
  readonly leaseUntilMs: number | undefined;
  /** undefined for the mark left by a release */
  readonly record: StoredRecord | undefined;
  readonly forgetAtMs: number;
}

export function idOf({ scope, key }: Slot): string {
  return `${scope}:${key}`;
}

/** When the document may be removed: never before its record is over. */
export function leavesAt(overAtMs: number): Date {
  return new Date(overAtMs + markMs);
}

/** The fields of a claim's document: a new record, or one that is taken over. */
export function leasedFields(
  request: ClaimRequest,
  found: FoundDocument | undefined,
  token: number,
  nowMs: number,
): MongodbDocument {
  const kept =
    found?.record !== undefined && !isForgotten(found.record, found.forgetAtMs, nowMs) ? found : undefined;
  const forgetAtMs = kept?.forgetAtMs ?? nowMs + request.retentionMs;
  const leaseUntilMs = nowMs + request.leaseMs;
  return {
    token,
    fingerprint: kept?.record?.fingerprint ?? request.fingerprint,
    firstSeenAt: new Date(kept?.record?.firstSeenAtMs ?? nowMs),
    forgetAt: new Date(forgetAtMs),
    leaseUntil: new Date(leaseUntilMs),
    leavesAt: leavesAt(Math.max(forgetAtMs, leaseUntilMs)),
  };
}

/** Whether a claim may take the slot. */
export function isClaimable(found: FoundDocument | undefined, request: ClaimRequest, nowMs: number): boolean {
  const record = found?.record;
  if (found === undefined || record === undefined || isForgotten(record, found.forgetAtMs, nowMs))
    return true;
  return (
    record.kind === 'leased' && nowMs >= record.leaseExpiresAtMs && record.fencingToken === request.takeOver
  );
}

/** The fields that a completion sets. */
export function completedFields(completion: Completion, nowMs: number): MongodbDocument {
  const { answer, answerTtlMs, location } = completion;
  const place = location === undefined ? {} : { location };
  if (answer === undefined) return place;
  // As bytes, because BSON text cannot contain half a surrogate pair.
  const bytes = typeof answer === 'string' ? Buffer.from(answer) : answer;
  if (bytes.byteLength + Buffer.byteLength(location ?? '') > answerAndLocationBytesMax) return place;
  return { ...place, answer: bytes, answerUntil: new Date(nowMs + answerTtlMs) };
}

/** @throws {TypeError} if it is not a document of the store */
export function parseDocument(document: object | null): FoundDocument | undefined {
  if (document === null) return undefined;
  const token = tokenOf(document, 'token');
  const leaseUntilMs = Reflect.has(document, 'leaseUntil') ? timeOf(document, 'leaseUntil') : undefined;
  const fingerprint: unknown = Reflect.get(document, 'fingerprint');
  if (typeof fingerprint !== 'string') {
    return { token, leaseUntilMs, record: undefined, forgetAtMs: 0 };
  }
  const record = parseRecord(document, fingerprint, token, leaseUntilMs);
  return { token, leaseUntilMs, record, forgetAtMs: timeOf(document, 'forgetAt') };
}

function parseRecord(
  document: object,
  fingerprint: string,
  fencingToken: number,
  leaseUntilMs: number | undefined,
): StoredRecord {
  const known = { fingerprint, fencingToken, firstSeenAtMs: timeOf(document, 'firstSeenAt') };
  if (leaseUntilMs !== undefined) return { kind: 'leased', ...known, leaseExpiresAtMs: leaseUntilMs };
  const location: unknown = Reflect.get(document, 'location');
  const answer: unknown = Reflect.get(document, 'answer');
  return {
    kind: 'completed',
    ...known,
    location: typeof location === 'string' ? location : undefined,
    answer:
      answer instanceof Uint8Array
        ? { kind: 'kept', response: answer, expiresAtMs: timeOf(document, 'answerUntil') }
        : { kind: 'gone' },
  };
}

function timeOf(document: object, name: string): number {
  const value: unknown = Reflect.get(document, name);
  if (!(value instanceof Date)) throw new TypeError(`the collection gave no time for ${name}`);
  return value.getTime();
}

/** @throws {RangeError} from 2^53 on a number is not exact: the same token would be issued again and again */
export function tokenOf(document: object | null, name: string): number {
  const value = Number(Reflect.get(Object(document), name));
  if (!Number.isSafeInteger(value)) throw new RangeError('the fencing tokens are used up');
  return value;
}
