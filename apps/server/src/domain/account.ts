import type { Amount, Price } from './amount.ts';
import { assetScaleMax, atomOf, inXlm } from './asset.ts';
import { serviceFor } from './dated-price.ts';
import { costOfRequests, requestsTotalMax, type Stroops, stroopsMax } from './money.ts';
import type { Service } from './service.ts';
import { type EntryTiers, type TierPeriod, type UsedPart, useTiers } from './tier-period.ts';
import {
  costOfParts,
  isNothing,
  minusCounts,
  noCounts,
  partsOf,
  plusCounts,
  type TierCounts,
  type Tiers,
} from './tiers.ts';

/** The totals of an account at one price version; version 0 is usage recorded before there was a price. */
export interface AccountLine {
  readonly priceVersion: number;
  /** `undefined` for version 0, which takes the price of version 1 once that exists; 0 where there are tiers */
  readonly price: Price | undefined;
  readonly recordedRequests: number;
  /** taken back by reversals, of settled usage too */
  readonly reversedRequests: number;
  /** recorded and not reversed in what settlements cover */
  readonly settledRequests: number;
  /** where the price has tiers: the same counts for each of them */
  readonly tiered?: LineTiers | undefined;
}

/** The totals of a line whose price has tiers. */
export interface LineTiers {
  readonly tiers: Tiers;
  /** decimal places of the units of its account */
  readonly unitScale: number;
  readonly recorded: TierCounts;
  readonly reversed: TierCounts;
  readonly settled: TierCounts;
}

/** The running totals of (tenant, agent, service): a projection of its entries. */
export interface Account {
  readonly agent: string;
  readonly serviceId: string;
  /** decimal places of its units: those of the service when something was first recorded */
  readonly unitScale: number;
  /** of the last entry; 0 when there is none */
  readonly sequence: number;
  /** the last entry that a settlement covers */
  readonly settledThrough: number;
  /** up to this entry no usage is outstanding: it was settled, or reversed as a whole */
  readonly clearedThrough: number;
  readonly settlements: number;
  readonly recordedRequests: number;
  readonly reversedRequests: number;
  readonly settledRequests: number;
  readonly settledStroops: Stroops;
  /** what the last settlement could not bill: 0, or below 0 for a credit */
  readonly carriedStroops: Stroops;
  /** what the last settlement left below an atom, for the next one: 0 or above */
  readonly remainder: Amount;
  /** what was drawn from the balance for its usage, less what reversals returned */
  readonly paid: Amount;
  /** the part of that in what settlements cover */
  readonly settledPaid: Amount;
  /** what was used in the period that its tiers count; `undefined` if none ever did */
  readonly tierPeriod?: TierPeriod | undefined;
  /** in the order of their price versions */
  readonly lines: readonly AccountLine[];
}

/** An account on which nothing was recorded yet. */
export function emptyAccount(agent: string, serviceId: string, unitScale = 0): Account {
  return {
    agent,
    serviceId,
    unitScale,
    sequence: 0,
    settledThrough: 0,
    clearedThrough: 0,
    settlements: 0,
    recordedRequests: 0,
    reversedRequests: 0,
    settledRequests: 0,
    settledStroops: 0n,
    carriedStroops: 0n,
    remainder: 0n,
    paid: 0n,
    settledPaid: 0n,
    lines: [],
  };
}

/** An account as usage is recorded on it: a new one counts units as its service does. */
export function accountFor(account: Account, service: Service | undefined): Account {
  return account.sequence > 0 ? account : { ...account, unitScale: service?.unitScale ?? 0 };
}

/** Requests that no settlement covers yet. Not below 0: what is reversed after it was settled is a credit. */
export function outstandingRequests(account: Account): number {
  return Math.max(0, account.recordedRequests - account.reversedRequests - account.settledRequests);
}

/** Whether something is left to settle or to carry: usage, or a credit. */
export function isUnsettled(account: Account): boolean {
  if (account.carriedStroops !== 0n || account.paid !== account.settledPaid) return true;
  // Version 0 costs what version 1 does, so that on a bill they are one line.
  let first = 0;
  for (const line of account.lines) {
    if (line.priceVersion <= 1) first += outstandingOn(line);
    else if (isOpen(line)) return true;
  }
  return first !== 0;
}

/** Whether anything is on no bill yet: requests, or what was drawn from the balance. */
export function hasOutstanding({ lines, paid, settledPaid }: Account): boolean {
  return paid !== settledPaid || lines.some(isOpen);
}

/** Requests of a line that no settlement covers yet; below 0 for a credit. */
function outstandingOn(line: AccountLine): number {
  return line.recordedRequests - line.reversedRequests - line.settledRequests;
}

/** Whether something of a line is on no bill yet. What was taken back of one tier and used of another may be as many requests. */
function isOpen(line: AccountLine): boolean {
  return outstandingOn(line) !== 0 || (line.tiered !== undefined && !isNothing(outstandingIn(line.tiered)));
}

/** What of each tier is on no bill yet. */
function outstandingIn({ recorded, reversed, settled }: LineTiers): TierCounts {
  return minusCounts(minusCounts(recorded, reversed), settled);
}

/** The account after an entry, with the line that the entry is on; or `undefined` when a limit would be passed. */
export interface RecordedOn {
  readonly account: Account;
  readonly line: AccountLine;
  /** `undefined`: its service has no price */
  readonly cost: Amount | undefined;
  /** what the entry keeps of the tiers of its price */
  readonly tiered: EntryTiers | undefined;
}

/**
 * Records requests on an account at the price in force. The price is fixed here: a later price applies only to later usage.
 */
export function recordOn(
  account: Account,
  known: Service | undefined,
  requests: number,
  nowMs: number,
): RecordedOn | undefined {
  const service = known && serviceFor(known, account);
  if (account.recordedRequests > requestsTotalMax - requests) return undefined;
  if (service?.tiers !== undefined) return recordInTiers(account, service, service.tiers, requests, nowMs);
  const line = lineAfter(account.lines, service, requests);
  const next: Account = {
    ...account,
    sequence: account.sequence + 1,
    recordedRequests: account.recordedRequests + requests,
    lines: replaceLine(account.lines, line),
  };
  if (passesStroops(next, service)) return undefined;
  const cost = service === undefined ? undefined : costOfRequests(requests, service.price, account);
  return { account: next, line, cost, tiered: undefined };
}

function recordInTiers(
  account: Account,
  service: Service,
  tiers: Tiers,
  requests: number,
  nowMs: number,
): RecordedOn | undefined {
  const { sequence, unitScale, tierPeriod } = account;
  const price = { version: service.priceVersion, tiers };
  const { parts, period } = useTiers(tierPeriod, price, { requests, unitScale, nowMs, sequence });
  const line = lineAfter(account.lines, service, requests, { tiers, unitScale, parts });
  const next: Account = {
    ...account,
    sequence: sequence + 1,
    recordedRequests: account.recordedRequests + requests,
    lines: replaceLine(account.lines, line),
    tierPeriod: period,
  };
  if (passesStroops(next, service)) return undefined;
  const tiered = { startMs: period.startMs, parts, line: line.tiered?.recorded ?? noCounts(tiers) };
  return { account: next, line, cost: costOfParts(parts, unitScale), tiered };
}

/** What an entry that is no usage keeps of the tiers of its account's last line. */
export function tiersAtEnd({ lines }: Account): EntryTiers | undefined {
  const { tiered } = lines.at(-1) ?? {};
  return tiered && { startMs: 0, parts: [], line: tiered.recorded };
}

function lineAfter(
  lines: readonly AccountLine[],
  service: Service | undefined,
  requests: number,
  used?: { readonly tiers: Tiers; readonly unitScale: number; readonly parts: readonly UsedPart[] },
): AccountLine {
  const priceVersion = service?.priceVersion ?? 0;
  const at = lineIndex(lines, priceVersion);
  const line = at < 0 ? undefined : lines[at];
  if (line !== undefined) {
    const more = { ...line, recordedRequests: line.recordedRequests + requests };
    const { tiered } = line;
    if (used === undefined || tiered === undefined) return more;
    return { ...more, tiered: { ...tiered, recorded: plusCounts(tiered.recorded, used.parts) } };
  }
  const made = { priceVersion, recordedRequests: requests, reversedRequests: 0, settledRequests: 0 };
  if (used === undefined) return { ...made, price: service?.price };
  const { tiers, unitScale, parts } = used;
  const none = noCounts(tiers);
  const tiered = { tiers, unitScale, recorded: plusCounts(none, parts), reversed: none, settled: none };
  return { ...made, price: 0n, tiered };
}

/** From the end: usage is recorded on the last line, and there may be thousands. */
function lineIndex(lines: readonly AccountLine[], priceVersion: number): number {
  // A new price version is the highest, so the other lines need not be compared.
  if ((lines.at(-1)?.priceVersion ?? -1) < priceVersion) return -1;
  return lines.findLastIndex((candidate) => candidate.priceVersion === priceVersion);
}

/** Lines with one of them as it is now, in the order of their price versions. */
export function replaceLine(lines: readonly AccountLine[], line: AccountLine): readonly AccountLine[] {
  const at = lineIndex(lines, line.priceVersion);
  // A new price version is always the highest, so its line goes to the end.
  return at < 0 ? [...lines, line] : lines.with(at, line);
}

/** Up to this many requests no price reaches `stroopsMax`: 9,000,000 of an asset is the largest, so it is 100,000 for XLM. */
function requestsAlwaysPayable(assetScale: number): number {
  return 10 ** (assetScaleMax - assetScale);
}

function passesStroops(account: Account, service: Service | undefined): boolean {
  const { assetScale } = service ?? inXlm;
  if (account.recordedRequests <= requestsAlwaysPayable(assetScale)) return false;
  const atom = atomOf(assetScale);
  if (roughlyRecorded(account, service) < roughlyPayable * Number(atom)) return false;
  return recordedAmount(account, service) > stroopsMax * atom;
}

/** Far enough below `stroopsMax` that the rounding of doubles does not matter. */
const roughlyPayable = 9e18;

/** The same sum as doubles: exact amounts of thousands of lines for each item of a bulk would delay all others. */
function roughlyRecorded(account: Account, service: Service | undefined): number {
  let sum = 0;
  const ofOne = Number(costOfRequests(1, 1n, account));
  for (const line of account.lines) {
    if (line.tiered === undefined)
      sum += line.recordedRequests * Number(line.price ?? service?.firstPrice ?? 0n) * ofOne;
    else sum += Number(recordedInTiers(line.tiered));
  }
  return sum;
}

/** The cost of all usage that was ever recorded on an account; usage without a price counts 0. */
function recordedAmount(account: Account, service: Service | undefined): Amount {
  let sum = 0n;
  for (const line of account.lines) {
    const { recordedRequests, price = service?.firstPrice ?? 0n, tiered } = line;
    sum += tiered === undefined ? costOfRequests(recordedRequests, price, account) : recordedInTiers(tiered);
  }
  return sum;
}

function recordedInTiers({ tiers, recorded, unitScale }: LineTiers): Amount {
  return costOfParts(partsOf(tiers, recorded), unitScale);
}
