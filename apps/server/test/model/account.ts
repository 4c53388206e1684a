import { atomOf, atomsIn, type ModelAsset } from './assets.ts';
import type { Begun, ModelPeriod, Part, TierCount } from './parts.ts';
import { costOfPart, type Pricing, unpriced } from './prices.ts';
import type { AccountName } from './write.ts';

export interface ModelEntry {
  /** `undefined` until a test has seen it */
  id: string | undefined;
  readonly sequence: number;
  readonly parts: readonly Part[];
  readonly usageId: string | undefined;
  readonly occurredAtMs: number | undefined;
  readonly recordedAtMs: number;
  /** for a reversal: the range that it reverses, and the sequence of the entry if it names a single one */
  readonly reverses:
    | { readonly from: number; readonly through: number; readonly entry: number | undefined }
    | undefined;
  /** for a write-off: the credit that it takes away, in atoms */
  readonly writesOff: bigint | undefined;
  /** the amount that was drawn for it from the agent's purse; below 0 for a refund of a reversal */
  readonly drawn: bigint | undefined;
  /** for usage in tiers: the use of the tiers before it */
  readonly begun: Begun | undefined;
  /** the number of its requests that were reversed */
  reversed: number;
}

export interface Line {
  readonly priceVersion: number;
  readonly requests: number;
  readonly price: bigint;
  /** in 10^-18 of the asset */
  readonly amount: bigint;
  readonly tiers?: readonly TierCount[];
}

/** The bill of a range of entries. */
export interface Bill {
  readonly asset: ModelAsset;
  /** decimal places of the units in its requests; 0 while nothing was recorded */
  readonly scale: number;
  readonly requests: number;
  readonly lines: readonly Line[];
  /** in atoms, like the billed amount */
  readonly carried: bigint;
  /** the remainder of the previous settlement below an atom, in 10^-18 of the asset */
  readonly remainder: bigint;
  /** the amount drawn for it, in 10^-18 of the asset */
  readonly paid: bigint;
  readonly billed: bigint;
}

export interface ModelSettlement extends Bill {
  id: string;
  readonly from: number;
  readonly through: number;
  readonly settledAtMs: number;
}

/** An account in its simplest form: a list of entries, summed up from the start for every question. */
export interface ModelAccount extends AccountName {
  readonly entries: ModelEntry[];
  readonly settlements: ModelSettlement[];
  /** decimal places of its units since its first entry */
  readonly scale: number;
  /** the current counts of its tiers */
  period: ModelPeriod | undefined;
  /** the last sequence that a clearing reversed */
  clearedThrough: number;
}

export function requestsOf(entries: readonly ModelEntry[]): number {
  return entries.flatMap(({ parts }) => parts).reduce((sum, { requests }) => sum + requests, 0);
}

export function settledThrough({ settlements }: ModelAccount): number {
  return settlements.at(-1)?.through ?? 0;
}

/** Entries after the last settlement. */
export function openEntries(account: ModelAccount): readonly ModelEntry[] {
  return account.entries.slice(settledThrough(account));
}

export function isUsage({ reverses, writesOff }: ModelEntry): boolean {
  return reverses === undefined && writesOff === undefined;
}

/** Usage that is neither settled nor reversed. */
export function openUsage(account: ModelAccount): readonly ModelEntry[] {
  return openEntries(account).filter((entry) => isUsage(entry) && leftOf(entry) > 0);
}

/** The requests of an entry that were not reversed. */
export function leftOf(entry: ModelEntry): number {
  return requestsOf([entry]) - entry.reversed;
}

/** The amount that was drawn for some of the requests of an entry. At a flat price each request costs the same. */
export function drawnForSome(entry: ModelEntry, { requests: taken, tiers }: Part, scale: number): bigint {
  if (entry.drawn === undefined) return 0n;
  if (tiers !== undefined) return -costOfPart({ requests: taken, tiers }, undefined, scale);
  const requests = -taken;
  return ((entry.drawn ?? 0n) * BigInt(requests)) / BigInt(requestsOf([entry]));
}

export function totalOf(account: ModelAccount): number {
  return Math.max(0, requestsOf(openEntries(account)));
}

/**
 * The rest of the last settlement: what was not written off since (0, or below 0 for a credit), and the remainder below
 * an atom.
 */
function carriedOf(account: ModelAccount): Pick<Bill, 'carried' | 'remainder'> {
  const last = account.settlements.at(-1);
  if (last === undefined) return { carried: 0n, remainder: 0n };
  const writtenOff = openEntries(account).reduce((sum, { writesOff = 0n }) => sum + writesOff, 0n);
  return { carried: writtenOff - creditOf(last), remainder: remainderOf(last) };
}

/** The amount that a bill could not include: 0, or above 0 for a credit. */
export function creditOf(bill: Bill): bigint {
  return bill.billed - atomsOf(bill);
}

/** The remainder of a bill below an atom. */
export function remainderOf(bill: Bill): bigint {
  return worthOf(bill) - atomsOf(bill) * atomOf(bill.asset);
}

/** The value of a bill in whole atoms, rounded down. */
function atomsOf(bill: Bill): bigint {
  return atomsIn(worthOf(bill), bill.asset);
}

function worthOf({ asset, lines, carried, remainder, paid }: Bill): bigint {
  return lines.reduce((sum, { amount }) => sum + amount, carried * atomOf(asset) + remainder - paid);
}

/** The amount drawn for entries, less refunds. */
function drawnFor(entries: readonly ModelEntry[]): bigint {
  return entries.reduce((sum, { drawn = 0n }) => sum + drawn, 0n);
}

/** The highest price version at which an entry was recorded. */
export function reachedBy({ entries }: Pick<ModelAccount, 'entries'>): number {
  return entries.reduce((highest, { parts }) => Math.max(highest, ...parts.map(({ version }) => version)), 0);
}

/**
 * The bill of the open entries up to one of them, at the prices of their versions. Version 0 costs the same as version
 * 1.
 */
export function billOf(account: ModelAccount, { asset, prices }: Pricing, through: number): Bill {
  const range = account.entries.slice(settledThrough(account), through);
  const byVersion = partsOf(
    range.flatMap(({ parts }) => parts.map((part) => ({ ...part, version: part.version || 1 }))),
  );
  const lines = byVersion.map((part) => {
    const { version, requests, tiers } = part;
    const price = prices[version - 1];
    const amount = costOfPart(part, price, account.scale);
    const line = { priceVersion: version, requests, price: price?.ofOne ?? 0n, amount };
    return tiers === undefined ? line : { ...line, tiers };
  });
  const paid = drawnFor(range);
  const scale = account.entries.length === 0 ? 0 : account.scale;
  const bill = { asset, scale, requests: requestsOf(range), lines, ...carriedOf(account), paid, billed: 0n };
  const atoms = atomsOf(bill);
  return { ...bill, billed: atoms > 0n ? atoms : 0n };
}

/** The sums of parts by version, without sums of 0. */
export function partsOf(parts: readonly Part[]): readonly Part[] {
  const versions = [...new Set(parts.map(({ version }) => version))].sort((a, b) => a - b);
  return versions
    .map((version) => sumOf(parts.filter((part) => part.version === version)))
    .filter(({ requests, tiers = [] }) => requests !== 0 || shown(tiers));
}

/** Also if one tier was used and the same amount of another was reversed. */
function shown(tiers: readonly TierCount[]): boolean {
  return tiers.some(({ requests, charged }) => requests !== 0 || charged !== 0);
}

/** The sum of parts of one version. */
function sumOf(parts: readonly Part[]): Part {
  const requests = parts.reduce((sum, part) => sum + part.requests, 0);
  const [first, ...others] = parts.flatMap(({ tiers }) => (tiers === undefined ? [] : [tiers]));
  const version = parts[0]?.version ?? 0;
  return first === undefined
    ? { version, requests }
    : { version, requests, tiers: others.reduce(sumOfTiers, first) };
}

function sumOfTiers(tiers: readonly TierCount[], added: readonly TierCount[]): readonly TierCount[] {
  return tiers.map((one, tier) => ({
    ...one,
    requests: one.requests + (added[tier]?.requests ?? 0),
    charged: one.charged + (added[tier]?.charged ?? 0),
  }));
}

/** Whether the bill has nothing to bill. */
export function isEmptyBill({ lines, paid }: Bill): boolean {
  return lines.length === 0 && paid === 0n;
}

/** Whether anything remains to settle or carry. */
export function isUnsettled(account: ModelAccount): boolean {
  const { carried, paid, lines } = billOf(account, unpriced, account.entries.length);
  return carried !== 0n || paid !== 0n || lines.length > 0;
}
