import { isForgotten } from '../../core/lease-decision.ts';
import type { ClaimRequest, StoredRecord } from '../../core/store.ts';
import type { MysqlRow } from './connection.ts';

/** The result of reading a slot. */
export interface Look {
  readonly nowMs: number;
  readonly found: { readonly record: StoredRecord; readonly forgetAtMs: number } | undefined;
}

/**
 * Reads a row of `look` or `lock`. The driver returns a bigint as a number, text or bytes, depending on its
 * configuration.
 */
export function parseLook(row: MysqlRow): Look {
  const [now, fingerprint, firstSeen, forget, token, lease, location, answerExpires, answer] = row;
  const nowMs = numberOf(now);
  if (fingerprint === null || fingerprint === undefined) return { nowMs, found: undefined };
  const known = {
    fingerprint: bytesOf(fingerprint).toString('hex'),
    firstSeenAtMs: numberOf(firstSeen),
    fencingToken: numberOf(token),
  };
  const forgetAtMs = numberOf(forget);
  if (lease !== null) {
    const record: StoredRecord = { kind: 'leased', ...known, leaseExpiresAtMs: numberOf(lease) };
    return { nowMs, found: { record, forgetAtMs } };
  }
  const record: StoredRecord = {
    kind: 'completed',
    ...known,
    location: location === null ? undefined : bytesOf(location).toString(),
    answer:
      answer instanceof Uint8Array
        ? { kind: 'kept', response: answer, expiresAtMs: numberOf(answerExpires) }
        : { kind: 'gone' },
  };
  return { nowMs, found: { record, forgetAtMs } };
}

/** Whether a claim may take the slot. */
export function isClaimable({ found, nowMs }: Look, { takeOver }: ClaimRequest): boolean {
  if (found === undefined || isForgotten(found.record, found.forgetAtMs, nowMs)) return true;
  const { record } = found;
  return record.kind === 'leased' && nowMs >= record.leaseExpiresAtMs && record.fencingToken === takeOver;
}

/** @throws {TypeError} if a number cannot hold it exactly */
function numberOf(cell: unknown): number {
  const value = Number(String(cell));
  if (!Number.isSafeInteger(value)) throw new TypeError('the database gave a number that is not exact');
  return value;
}

function bytesOf(cell: unknown): Buffer {
  if (!(cell instanceof Uint8Array)) throw new TypeError('the driver gave no bytes');
  return Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength);
}
