import { type Amount, formatPrice, type Price } from '../domain/amount.ts';
import { type InAsset, inXlm, isXlm } from '../domain/asset.ts';
import { amountText } from '../domain/balance-events.ts';
import type { EntryState, StatedEntry } from '../domain/entry-state.ts';
import { costOfRequests } from '../domain/money.ts';
import { priceInStroops } from '../domain/price-shown.ts';
import { quantityText } from '../domain/quantity.ts';
import { costOfParts } from '../domain/tiers.ts';
import { timestampOfMs, timestampOfNs } from '../domain/timestamps.ts';
import type { Entry, Reversal, WriteOff } from '../domain/usage.ts';
import { atomsTextBesideXlm, stroopsOf, stroopsText } from './amounts.ts';
import type { FollowedEnd } from './paging.ts';
import type { BodyOf, ReplyOf } from './reply.ts';
import { tiersBody } from './tiers.ts';

/** An entry as the caller sees it. */
export type EntryBody = BodyOf<'reverseEntry'>;
/** An entry with its price, and what became of it. */
export type KnownEntryBody = BodyOf<'readEntry'>;

export function entryBody(entry: Entry): EntryBody {
  const { id, agent, serviceId, sequence, requests, usageId, occurredAtNs, recordedAtMs } = entry;
  const { drawn, metadata, reversal, writeOff } = entry;
  return {
    id,
    agent,
    serviceId,
    sequence,
    requests,
    quantity: quantityText(requests, entry.unitScale),
    priceVersion: priceVersionOf(entry),
    usageId: usageId ?? null,
    occurredAt: occurredAtNs === undefined ? null : timestampOfNs(occurredAtNs),
    recordedAt: timestampOfMs(recordedAtMs),
    metadata: metadata === undefined ? undefined : metadataOf(metadata),
    drawn: drawn === undefined ? undefined : amountText(drawn),
    asset: drawn === undefined && writeOff === undefined ? undefined : assetBesideXlm(entry),
    reverses: reversal === undefined ? undefined : reversesBody(reversal, entry.unitScale),
    writesOff: writeOff === undefined ? undefined : writesOffBody(writeOff, entry),
    tiers: isInTiers(entry) ? tiersBody(entry.tiered?.parts ?? [], entry.unitScale) : undefined,
  };
}

/** The members of metadata as the books keep it. */
export function metadataOf(canonical: string): Readonly<Record<string, string>> {
  const members: unknown = JSON.parse(canonical);
  const entries = typeof members === 'object' && members !== null ? Object.entries(members) : [];
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
}

/** The price version of an entry; `null` when it has none, and for a reversal of usage at several. */
function priceVersionOf(entry: Entry): number | null {
  const { reversal, writeOff } = entry;
  if (writeOff !== undefined) return null;
  const version = reversal === undefined ? entry.priceVersion : (reversal.lines[0]?.priceVersion ?? 0);
  return version === 0 || (reversal !== undefined && reversal.lines.length > 1) ? null : version;
}

/** Usage of a service that is not registered has no price, and is shown in the asset that is built in. */
function assetOf({ asset, assetScale }: Entry): InAsset {
  return asset === undefined || assetScale === undefined ? inXlm : { asset, assetScale };
}

/** What its amounts are in, where that is not XLM. */
function assetBesideXlm(entry: Entry): string | undefined {
  const inAsset = assetOf(entry);
  return isXlm(inAsset) ? undefined : inAsset.asset;
}

/** What a reversal takes back. */
function reversesBody(
  { entryId, from, through, reason, lines }: Reversal,
  unitScale: number,
): EntryBody['reverses'] {
  return {
    entryId: entryId ?? null,
    from,
    through,
    reason: reason ?? null,
    lines: lines.map(({ priceVersion, requests, tiered }) => ({
      priceVersion: priceVersion === 0 ? null : priceVersion,
      requests,
      tiers: tiered && tiersBody(tiered.taken, unitScale),
    })),
  };
}

/** What an entry takes off the credit of its account. */
function writesOffBody({ kind, stroops, reason }: WriteOff, entry: Entry): EntryBody['writesOff'] {
  const inAsset = assetOf(entry);
  return {
    kind,
    stroops: stroopsOf(stroops, inAsset),
    amount: atomsTextBesideXlm(stroops, inAsset),
    reason,
  };
}

/** An entry with its price, and what became of it. */
export function knownEntryBody({ entry, state }: StatedEntry): KnownEntryBody {
  const { asset } = assetOf(entry);
  const price = priceOf(entry, state);
  const amount = amountOfEntry(entry, state);
  const { asset: _, ...recorded } = entryBody(entry);
  return {
    ...recorded,
    priceStroops: (price === undefined ? undefined : priceInStroops(price, asset)) ?? null,
    price: price === undefined ? null : formatPrice(price, 1),
    amountStroops: (amount === undefined ? undefined : stroopsText(amount, { asset })) ?? null,
    amount: amount === undefined ? null : amountText(amount),
    asset,
    settlementId: state.settlementId ?? null,
    reversed: state.reversedRequests > 0 && state.reversedRequests === entry.requests,
    reversedRequests: state.reversedRequests,
  };
}

/** Whether an entry is usage at a price with tiers. */
function isInTiers({ tiered, reversal, writeOff }: Entry): boolean {
  return tiered !== undefined && reversal === undefined && writeOff === undefined;
}

function priceOf(entry: Entry, { prices }: EntryState): Price | undefined {
  const { reversal, writeOff, priceVersion } = entry;
  if (writeOff !== undefined || isInTiers(entry)) return undefined;
  if (reversal?.lines.some(({ tiered }) => tiered !== undefined) === true) return undefined;
  if (reversal === undefined) return prices.get(priceVersion);
  const [line, ...others] = reversal.lines;
  return line === undefined || others.length > 0 ? undefined : prices.get(line.priceVersion);
}

/** What an entry adds to a bill; `undefined` while something of it has no price. A write-off is on no bill. */
function amountOfEntry(entry: Entry, { prices }: EntryState): Amount | undefined {
  if (entry.writeOff !== undefined) return 0n;
  const { unitScale } = entry;
  if (isInTiers(entry)) return costOfParts(entry.tiered?.parts ?? [], unitScale);
  const parts = entry.reversal?.lines.map(({ priceVersion, requests, tiered }) => ({
    priceVersion,
    requests: -requests,
    inTiers: tiered && -costOfParts(tiered.taken, unitScale),
  }));
  let sum = 0n;
  for (const { priceVersion, requests, inTiers } of parts ?? [{ ...entry, inTiers: undefined }]) {
    if (inTiers !== undefined) {
      sum += inTiers;
      continue;
    }
    const price = prices.get(priceVersion);
    if (price === undefined) return undefined;
    sum += costOfRequests(requests, price, entry);
  }
  return sum;
}

export function entryReply(known: StatedEntry): ReplyOf<'readEntry'> {
  return { status: 200, body: knownEntryBody(known) };
}

export function entriesReply(
  entries: readonly StatedEntry[],
  { nextCursor, hasMore }: FollowedEnd,
): ReplyOf<'listEntries'> {
  return { status: 200, body: { items: entries.map(knownEntryBody), nextCursor, hasMore } };
}
