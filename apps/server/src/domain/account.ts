import type { Amount, Price } from './amount.ts';
import { assetScaleMax, atomOf, inXlm } from './asset.ts';
import { costOfRequests, requestsTotalMax, type Stroops, stroopsMax } from './money.ts';
import type { Service } from './service.ts';

/** The totals of an account at one price version; version 0 is usage recorded before there was a price. */
export interface AccountLine {
  readonly priceVersion: number;
  /** `undefined` for version 0, which takes the price of version 1 once that exists */
  readonly price: Price | undefined;
  readonly recordedRequests: number;
  /** taken back by reversals, of settled usage too */
  readonly reversedRequests: number;
  /** recorded and not reversed in what settlements cover */
  readonly settledRequests: number;
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
    else if (outstandingOn(line) !== 0) return true;
  }
  return first !== 0;
}

/** Whether anything is on no bill yet: requests, or what was drawn from the balance. */
export function hasOutstanding({ lines, paid, settledPaid }: Account): boolean {
  return paid !== settledPaid || lines.some((line) => outstandingOn(line) !== 0);
}

/** Requests of a line that no settlement covers yet; below 0 for a credit. */
function outstandingOn(line: AccountLine): number {
  return line.recordedRequests - line.reversedRequests - line.settledRequests;
}

/** The account after an entry, with the line that the entry is on; or `undefined` when a limit would be passed. */
export interface RecordedOn {
  readonly account: Account;
  readonly line: AccountLine;
}

/**
 * Records requests on an account at the price in force. The price is bound here: what is set later concerns what
 * is recorded later.
 */
export function recordOn(
  account: Account,
  service: Service | undefined,
  requests: number,
): RecordedOn | undefined {
  if (account.recordedRequests > requestsTotalMax - requests) return undefined;
  const line = lineAfter(account.lines, service, requests);
  const next: Account = {
    ...account,
    sequence: account.sequence + 1,
    recordedRequests: account.recordedRequests + requests,
    lines: replaceLine(account.lines, line),
  };
  if (passesStroops(next, service)) return undefined;
  return { account: next, line };
}

function lineAfter(
  lines: readonly AccountLine[],
  service: Service | undefined,
  requests: number,
): AccountLine {
  const priceVersion = service?.priceVersion ?? 0;
  const at = lineIndex(lines, priceVersion);
  const line = at < 0 ? undefined : lines[at];
  if (line !== undefined) return { ...line, recordedRequests: line.recordedRequests + requests };
  return {
    priceVersion,
    price: service?.price,
    recordedRequests: requests,
    reversedRequests: 0,
    settledRequests: 0,
  };
}

/** From the end: usage is recorded on the last line, and there may be thousands. */
function lineIndex(lines: readonly AccountLine[], priceVersion: number): number {
  // A new price version is the highest: it needs no look at the others.
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
  for (const line of account.lines) {
    sum += line.recordedRequests * Number(line.price ?? service?.firstPrice ?? 0n);
  }
  return sum * Number(costOfRequests(1, 1n, account));
}

/** What everything that was ever recorded on an account costs; what has no price yet counts 0. */
function recordedAmount(account: Account, service: Service | undefined): Amount {
  let sum = 0n;
  for (const line of account.lines) {
    sum += costOfRequests(line.recordedRequests, line.price ?? service?.firstPrice ?? 0n, account);
  }
  return sum;
}
