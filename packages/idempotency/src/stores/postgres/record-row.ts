import type { StoredRecord } from '../../core/store.ts';
import type { PostgresRow } from './bindings.ts';

/** The result of reading a slot. */
export type Look =
  | { readonly kind: 'claimed'; readonly fencingToken: number; readonly nowMs: number }
  | {
      readonly kind: 'found';
      readonly record: StoredRecord;
      readonly forgetAtMs: number;
      readonly nowMs: number;
    };

/**
 * Reads a row of `claim` or `inspect`. Drivers return a bigint as text, number or bigint, depending on their
 * configuration.
 */
export function parseLook(row: PostgresRow): Look {
  const [now, claimed, fingerprint, firstSeen, forget, token, lease, location, expires, answer] = row;
  const nowMs = Number(now);
  if (claimed !== null) return { kind: 'claimed', fencingToken: Number(claimed), nowMs };
  const known = {
    fingerprint: String(fingerprint),
    firstSeenAtMs: Number(firstSeen),
    fencingToken: Number(token),
  };
  const forgetAtMs = Number(forget);
  if (lease !== null) {
    const record: StoredRecord = { kind: 'leased', ...known, leaseExpiresAtMs: Number(lease) };
    return { kind: 'found', record, forgetAtMs, nowMs };
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
  return { kind: 'found', record, forgetAtMs, nowMs };
}
