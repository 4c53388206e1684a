import type { Json } from '@billonce/idempotency/core';
import type { Entry, Reversal } from './usage.ts';

/** A reversal as the caller sees it where it is made: the same as where entries are read. */
export function reversalEntryAnswer(entry: Entry & { readonly reversal: Reversal }): Json {
  return {
    id: entry.id,
    agent: entry.agent,
    serviceId: entry.serviceId,
    sequence: entry.sequence,
    requests: entry.requests,
    priceVersion: entryPriceVersion(entry),
    usageId: null,
    occurredAt: null,
    recordedAt: new Date(entry.recordedAtMs).toISOString(),
    reverses: reversesAnswer(entry.reversal),
  };
}

/** The price version of an entry; `null` when it has none, and for a reversal of usage at several. */
export function entryPriceVersion(entry: Entry): number | null {
  const { reversal, writeOff } = entry;
  if (writeOff !== undefined) return null;
  const version = reversal === undefined ? entry.priceVersion : (reversal.lines[0]?.priceVersion ?? 0);
  return version === 0 || (reversal !== undefined && reversal.lines.length > 1) ? null : version;
}

/** What a reversal takes back. */
export function reversesAnswer({ entryId, from, through, reason, lines }: Reversal) {
  return {
    entryId: entryId ?? null,
    from,
    through,
    reason: reason ?? null,
    lines: lines.map(({ priceVersion, requests }) => ({
      priceVersion: priceVersion === 0 ? null : priceVersion,
      requests,
    })),
  };
}
