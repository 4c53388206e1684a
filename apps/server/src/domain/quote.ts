import type { Account, AccountLine } from './account.ts';
import type { Amount, Price } from './amount.ts';
import { atomOf, atomsIn, type InAsset } from './asset.ts';
import { serviceFor } from './dated-price.ts';
import { costOfRequests, type Stroops } from './money.ts';
import { type Position, remainingThrough, tiersRemainingThrough } from './position.ts';
import type { Service } from './service.ts';
import { costOfParts, isNothing, minusCounts, partsOf, type TierPart } from './tiers.ts';

/** One line of a bill: what was used at one price version. */
export interface BillLine {
  readonly priceVersion: number;
  /** below 0 when more was reversed than used */
  readonly requests: number;
  /** of one unit; 0 where there are tiers */
  readonly price: Price;
  readonly amount: Amount;
  /** where the price has tiers: what was used in each of them */
  readonly tiered?: readonly TierPart[] | undefined;
}

/** What is outstanding on an account up to one entry, and what it costs. */
export interface Quote extends InAsset {
  readonly agent: string;
  readonly serviceId: string;
  /** decimal places of the units that its requests count */
  readonly unitScale: number;
  /** sequence of the last entry that a settlement covers already; this quote begins after it */
  readonly from: number;
  /** sequence of the last entry that this quote counts */
  readonly through: number;
  /** of all lines; below 0 when more was reversed than used */
  readonly requests: number;
  readonly lines: readonly BillLine[];
  /** credit from the settlement before: 0 or below */
  readonly carriedStroops: Stroops;
  /** what the settlement before left below an atom: 0 or above */
  readonly remainder: Amount;
  /** what was drawn from the balance for the usage of the lines */
  readonly paid: Amount;
  /** the sum of the lines and what the settlement before left, without what was paid: rounded down, but never below 0 */
  readonly billedStroops: Stroops;
  /** what is left of a credit, for the next settlement: 0 or below */
  readonly carriedOnStroops: Stroops;
  /** what is below an atom, for the next settlement: 0 or above */
  readonly remainderOn: Amount;
  /** the price in force now; where it has tiers, that of the first of them */
  readonly price: Price;
}

/** Quotes an account of a priced service: everything outstanding, or what is up to an entry. */
export function quoteOf(account: Account, service: Service, position?: Position): Quote {
  const lines = billLines(account, service, position);
  const { carriedStroops, remainder } = account;
  const { asset, assetScale } = service;
  const paid = (position?.paid ?? account.paid) - account.settledPaid;
  const rounded = roundedBill({ assetScale, lines, carriedStroops, remainder, paid });
  return {
    agent: account.agent,
    serviceId: account.serviceId,
    unitScale: account.unitScale,
    asset,
    assetScale,
    from: account.settledThrough,
    through: position?.sequence ?? account.sequence,
    requests: lines.reduce((sum, line) => sum + line.requests, 0),
    lines,
    carriedStroops,
    remainder,
    paid,
    ...rounded,
    price: serviceFor(service, account).price,
  };
}

/** What a bill is made of. */
export type BillParts = Pick<Quote, 'assetScale' | 'lines' | 'carriedStroops' | 'remainder' | 'paid'>;

/** The only place where money is rounded: a bill is a whole number of atoms, and what it leaves goes to the next one. */
export function roundedBill({
  assetScale,
  lines,
  carriedStroops,
  remainder,
  paid,
}: BillParts): Pick<Quote, 'billedStroops' | 'carriedOnStroops' | 'remainderOn'> {
  const atom = atomOf(assetScale);
  const before = carriedStroops * atom + remainder - paid;
  const sum = lines.reduce((total, { amount }) => total + amount, before);
  const whole = atomsIn(sum, assetScale);
  const billedStroops = whole > 0n ? whole : 0n;
  const carriedOnStroops = whole - billedStroops;
  return { billedStroops, carriedOnStroops, remainderOn: sum - whole * atom };
}

/** Whether there is nothing to bill. Lines can offset each other to none, of which one was paid from the balance and the other was not. */
export function isEmptyQuote({ lines, paid }: Quote): boolean {
  return lines.length === 0 && paid === 0n;
}

function billLines(account: Account, service: Service, position: Position | undefined): BillLine[] {
  const requestsByVersion = new Map<number, number>();
  const prices = new Map<number, Price>();
  const tiered: BillLine[] = [];
  for (const line of account.lines) {
    if (line.tiered !== undefined) {
      tiered.push(...tieredLine(line, position));
      continue;
    }
    const requests = remainingThrough(line, position) - line.settledRequests;
    // No version reads as version 1 from the moment it exists.
    const version = Math.max(line.priceVersion, 1);
    requestsByVersion.set(version, (requestsByVersion.get(version) ?? 0) + requests);
    prices.set(version, line.price ?? service.firstPrice);
  }
  const used = [...requestsByVersion].filter(([, requests]) => requests !== 0);
  const flat = used.map(([priceVersion, requests]) => {
    const price = prices.get(priceVersion) ?? service.firstPrice;
    return { priceVersion, requests, price, amount: costOfRequests(requests, price, account) };
  });
  if (tiered.length === 0) return flat;
  return [...flat, ...tiered].sort((a, b) => a.priceVersion - b.priceVersion);
}

/** A line of tiers is on a bill also where one was used and as much of another taken back. */
function tieredLine(line: AccountLine, position: Position | undefined): BillLine[] {
  const remaining = tiersRemainingThrough(line, position);
  if (line.tiered === undefined || remaining === undefined) return [];
  const { tiers, unitScale, settled } = line.tiered;
  const counts = minusCounts(remaining, settled);
  if (isNothing(counts)) return [];
  const parts = partsOf(tiers, counts);
  const requests = counts.reduce((sum, one) => sum + one.requests, 0);
  const { priceVersion } = line;
  return [{ priceVersion, requests, price: 0n, amount: costOfParts(parts, unitScale), tiered: parts }];
}
