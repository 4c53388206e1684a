import type { Claim, StoredRecord } from '../../core/store.ts';

/** The slot is free, and a fencing token is to be drawn for it. */
export interface FreeSlot {
  readonly kind: 'free';
  /** the fencing token must be greater */
  readonly above: string;
  /** names the drawing; empty where a record is there to compare with */
  readonly drawId: string;
}

/** What a store knows of a slot, and when. */
export interface FoundRecord {
  readonly record: StoredRecord;
  readonly nowMs: number;
}

/** @throws {Error} if it is not what the claim script gives */
export function parseClaim(reply: unknown): Claim | FreeSlot {
  const [kind, now, ...rest] = parseReply(reply);
  switch (textOf(kind)) {
    case 'claimed':
      return { kind: 'claimed', fencingToken: numberOf(rest[0]), nowMs: numberOf(now) };
    case 'free':
      return { kind: 'free', above: textOf(rest[0]), drawId: textOf(rest[1]) };
    default:
      return { kind: 'found', ...parseFound(reply) };
  }
}

/** @throws {Error} if it is not what the scripts tell of a record */
export function parseFound(reply: unknown): FoundRecord {
  const [kind, now, token, fingerprint, firstSeenAt, leaseUntil, location, answerUntil, answer] =
    parseReply(reply);
  if (textOf(kind) !== 'found') throw new Error('the server gave an unknown reply');
  const known = {
    fingerprint: textOf(fingerprint),
    firstSeenAtMs: numberOf(firstSeenAt),
    fencingToken: numberOf(token),
  };
  const nowMs = numberOf(now);
  if (leaseUntil !== null) {
    return { record: { kind: 'leased', ...known, leaseExpiresAtMs: numberOf(leaseUntil) }, nowMs };
  }
  const record: StoredRecord = {
    kind: 'completed',
    ...known,
    location: location === null ? undefined : textOf(location),
    answer: Buffer.isBuffer(answer)
      ? { kind: 'kept', response: answer, expiresAtMs: numberOf(answerUntil) }
      : { kind: 'gone' },
  };
  return { record, nowMs };
}

/** Drivers give an integer as a number, a text or bytes, as they are configured. */
export function textOf(part: unknown): string {
  return String(part);
}

function numberOf(part: unknown): number {
  return Number(textOf(part));
}

function parseReply(reply: unknown): readonly unknown[] {
  if (!Array.isArray(reply)) throw new Error('the server gave an unknown reply');
  return reply;
}
