import type { StoredRecord } from '../../core/store.ts';
import type { SqliteRow } from './connection.ts';

/** A record as it is stored. */
export interface RecordRow {
  readonly record: StoredRecord;
  readonly forgetAtMs: number;
}

/** Reads a row of `find`. */
export function parseRecordRow(row: SqliteRow): RecordRow {
  const [fingerprint, firstSeen, forget, token, lease, location, expires, answer] = row;
  const known = {
    fingerprint: hexOf(fingerprint),
    firstSeenAtMs: Number(firstSeen),
    fencingToken: Number(token),
  };
  const forgetAtMs = Number(forget);
  if (lease !== null) {
    return { forgetAtMs, record: { kind: 'leased', ...known, leaseExpiresAtMs: Number(lease) } };
  }
  const record: StoredRecord = {
    kind: 'completed',
    ...known,
    location: location === null ? undefined : String(location),
    answer:
      answer instanceof Uint8Array
        ? { kind: 'kept', response: answer, expiresAtMs: Number(expires) }
        : { kind: 'gone' },
  };
  return { forgetAtMs, record };
}

function hexOf(bytes: unknown): string {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('a digest was expected');
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}
