import type { Claim, StoredRecord } from '../../core/store.ts';

/** The slot is free, and a fencing token must be drawn for it. */
export interface FreeSlot {
  readonly kind: 'free';
  /** the drawn fencing token must be greater than this */
  readonly above: string;
  /** identifies the drawing; empty if there is a record to compare with */
  readonly drawId: string;
}

/** A record of the store, and the time of the read. */
export interface FoundRecord {
  readonly record: StoredRecord;
  readonly nowMs: number;
}

/** @throws {Error} if it is not a reply of the claim script */
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

/** @throws {Error} if the scripts do not describe a record in this form */
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

/** Drivers return an integer as a number, text or bytes, depending on their configuration. */
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
