import { type Account, outstandingRequests, replaceLine, tiersAtEnd } from './account.ts';
import type { Amount } from './amount.ts';
import type { InAsset } from './asset.ts';
import { type Position, recordedThrough, tiersRecordedThrough } from './position.ts';
import type { TierPeriod } from './tier-period.ts';
import { minusCounts, partsOf, plusCounts, type TierPart } from './tiers.ts';
import type { Entry, KnownEntry, Reversal, ReversalLine } from './usage.ts';

/** What is to be taken back, and the entry that does it. */
export interface NewReversal {
  readonly id: string;
  readonly nowMs: number;
  readonly entryId: string | undefined;
  readonly from: number;
  readonly through: number;
  readonly reason: string | undefined;
  readonly requestsByVersion: ReadonlyMap<number, number>;
  /** the same for each tier, at price versions that have some */
  readonly tiersByVersion?: ReadonlyMap<number, readonly TierPart[]> | undefined;
  /** what the account has used in the period of its tiers after it */
  readonly tierPeriod?: TierPeriod | undefined;
  /** what was drawn for the usage that is taken back; it is returned to the balance */
  readonly drawn?: Amount | undefined;
  /** of the service, if it is registered */
  readonly inAsset?: InAsset | undefined;
}

/** The account after a reversal, and the entry. */
export interface ReversedAccount {
  readonly account: Account;
  readonly entry: Entry & { readonly reversal: Reversal };
}

/** Takes back usage of an account, at the price versions of the old entries. */
export function reverseOn(account: Account, wanted: NewReversal): ReversedAccount {
  const lines: ReversalLine[] = [];
  let accountLines = account.lines;
  let sum = 0;
  for (const line of account.lines) {
    const requests = wanted.requestsByVersion.get(line.priceVersion) ?? 0;
    if (requests === 0) continue;
    const lineReversed = line.reversedRequests + requests;
    const taken = wanted.tiersByVersion?.get(line.priceVersion);
    const { priceVersion } = line;
    if (taken === undefined || line.tiered === undefined) {
      lines.push({ priceVersion, requests, lineReversed });
      accountLines = replaceLine(accountLines, { ...line, reversedRequests: lineReversed });
    } else {
      const reversed = plusCounts(line.tiered.reversed, taken);
      lines.push({ priceVersion, requests, lineReversed, tiered: { taken, line: reversed } });
      const tiered = { ...line.tiered, reversed };
      accountLines = replaceLine(accountLines, { ...line, reversedRequests: lineReversed, tiered });
    }
    sum += requests;
  }
  const { id, entryId, from, through, reason, nowMs, drawn, inAsset } = wanted;
  const sequence = account.sequence + 1;
  const top = account.lines.at(-1);
  const reversed: Account = {
    ...account,
    sequence,
    clearedThrough: entryId === undefined ? through : account.clearedThrough,
    reversedRequests: account.reversedRequests + sum,
    paid: account.paid - (drawn ?? 0n),
    lines: accountLines,
    ...(wanted.tierPeriod === undefined ? {} : { tierPeriod: wanted.tierPeriod }),
  };
  return {
    account: reversed,
    entry: {
      id,
      agent: account.agent,
      serviceId: account.serviceId,
      unitScale: account.unitScale,
      asset: inAsset?.asset,
      assetScale: inAsset?.assetScale,
      sequence,
      requests: -sum,
      priceVersion: top?.priceVersion ?? 0,
      lineRequests: top?.recordedRequests ?? 0,
      tiered: tiersAtEnd(account),
      outstandingAfter: outstandingRequests(reversed),
      usageId: undefined,
      occurredAtNs: undefined,
      recordedAtMs: nowMs,
      drawn: drawn === undefined ? undefined : -drawn,
      paidAfter: reversed.paid === 0n ? undefined : reversed.paid,
      reversal: { entryId, from, through, reason, lines },
    },
  };
}

/** An entry as it is known after further reversals of its account. */
export function withReversedRequests(known: KnownEntry, reversals: readonly Entry[]): KnownEntry {
  const { sequence, requests } = known.entry;
  let { reversedRequests } = known;
  for (const { reversal, requests: taken } of reversals) {
    if (reversal === undefined || reversal.from >= sequence || sequence > reversal.through) continue;
    reversedRequests = reversal.entryId === undefined ? Math.max(0, requests) : reversedRequests - taken;
  }
  return { ...known, reversedRequests };
}

/**
 * What a reversal returns of what was drawn for an entry, when it takes back so many of its requests after so many others. All parts
 * return exactly what was drawn.
 */
export function returnedFor(
  { drawn, requests }: Pick<Entry, 'drawn' | 'requests'>,
  reversedBefore: number,
  reversedNow: number,
): Amount | undefined {
  if (drawn === undefined) return undefined;
  const through = (reversed: number) => (drawn * BigInt(reversed)) / BigInt(requests);
  return through(reversedBefore + reversedNow) - through(reversedBefore);
}

/** The last entry up to which no usage of an account is outstanding. */
export function openFrom(account: Account): number {
  return Math.max(account.settledThrough, account.clearedThrough);
}

/** Usage after a position that was not taken back, in requests by price version. */
export function unreversedBehind(account: Account, position: Position): Map<number, number> {
  const open = new Map<number, number>();
  for (const line of account.lines) {
    const recorded = line.recordedRequests - recordedThrough(line, position);
    const requests = recorded - (position.reversedBehind.get(line.priceVersion) ?? 0);
    if (requests > 0) open.set(line.priceVersion, requests);
  }
  return open;
}

/** The same for each tier, at price versions that have some. */
export function unreversedTiersBehind(
  account: Account,
  position: Position,
): Map<number, readonly TierPart[]> {
  const open = new Map<number, readonly TierPart[]>();
  for (const line of account.lines) {
    const recorded = tiersRecordedThrough(line, position);
    if (recorded === undefined || line.tiered === undefined) continue;
    const behind = minusCounts(line.tiered.recorded, recorded);
    const counts = minusCounts(behind, position.tiers?.reversedBehind.get(line.priceVersion));
    open.set(line.priceVersion, partsOf(line.tiered.tiers, counts));
  }
  return open;
}

/** What was drawn for the usage after a position that was not taken back. */
export function unreturnedBehind(account: Account, { paid, returnedLater }: Position): Amount {
  return account.paid - paid + returnedLater;
}
