import { timestampOfMs, timestampOfNs } from '../domain/timestamps.ts';
import type { Entry, Reversal, WriteOff } from '../domain/usage.ts';
import type { FollowedEnd } from './paging.ts';
import type { BodyOf, ReplyOf } from './reply.ts';

/** An entry as the caller sees it. */
export type EntryBody = BodyOf<'readEntry'>;

export function entryBody(entry: Entry): EntryBody {
  const { id, agent, serviceId, sequence, requests, usageId, occurredAtNs, recordedAtMs } = entry;
  const { reversal, writeOff } = entry;
  return {
    id,
    agent,
    serviceId,
    sequence,
    requests,
    priceVersion: priceVersionOf(entry),
    usageId: usageId ?? null,
    occurredAt: occurredAtNs === undefined ? null : timestampOfNs(occurredAtNs),
    recordedAt: timestampOfMs(recordedAtMs),
    reverses: reversal === undefined ? undefined : reversesBody(reversal),
    writesOff: writeOff === undefined ? undefined : writesOffBody(writeOff),
  };
}

/** The price version of an entry; `null` when it has none, and for a reversal of usage at several. */
function priceVersionOf(entry: Entry): number | null {
  const { reversal, writeOff } = entry;
  if (writeOff !== undefined) return null;
  const version = reversal === undefined ? entry.priceVersion : (reversal.lines[0]?.priceVersion ?? 0);
  return version === 0 || (reversal !== undefined && reversal.lines.length > 1) ? null : version;
}

/** What a reversal takes back. */
function reversesBody({ entryId, from, through, reason, lines }: Reversal): EntryBody['reverses'] {
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

/** What an entry takes off the credit of its account. */
function writesOffBody({ kind, stroops, reason }: WriteOff): EntryBody['writesOff'] {
  return { kind, stroops: String(stroops), reason };
}

export function entryReply(entry: Entry): ReplyOf<'readEntry'> {
  return { status: 200, body: entryBody(entry) };
}

export function entriesReply(
  entries: readonly Entry[],
  { nextCursor, hasMore }: FollowedEnd,
): ReplyOf<'listEntries'> {
  return { status: 200, body: { items: entries.map(entryBody), nextCursor, hasMore } };
}
