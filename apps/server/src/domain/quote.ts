import type { Account, AccountLine } from './account.ts';
import { amountOf, type Stroops } from './money.ts';
import type { Service } from './service.ts';

/** One line of a bill: what was used at one price version. */
export interface BillLine {
  readonly priceVersion: number;
  readonly requests: number;
  readonly priceStroops: Stroops;
  readonly amountStroops: Stroops;
}

/** What is outstanding on an account up to one entry, and what it costs. */
export interface Quote {
  readonly agent: string;
  readonly serviceId: string;
  /** sequence of the last entry that a settlement covers already; this quote begins after it */
  readonly from: number;
  /** sequence of the last entry that this quote counts */
  readonly through: number;
  readonly requests: number;
  readonly lines: readonly BillLine[];
  readonly billedStroops: Stroops;
  /** the price in force now */
  readonly priceStroops: Stroops;
}

/** Where an entry stands in its account. Price versions only grow along the sequence, which is why this suffices. */
export interface EntryPosition {
  readonly sequence: number;
  readonly priceVersion: number;
  readonly lineRequests: number;
}

/** Requests of a line among the entries up to a position; among all of them when there is none. */
export function recordedThrough(line: AccountLine, position: EntryPosition | undefined): number {
  if (position === undefined || line.priceVersion < position.priceVersion) return line.recordedRequests;
  return line.priceVersion === position.priceVersion ? position.lineRequests : 0;
}

/** Quotes an account of a priced service: everything outstanding, or what is up to an entry. */
export function quoteOf(account: Account, service: Service, position?: EntryPosition): Quote {
  const lines = billLines(account, service, position);
  return {
    agent: account.agent,
    serviceId: account.serviceId,
    from: account.settledThrough,
    through: position?.sequence ?? account.sequence,
    requests: lines.reduce((sum, line) => sum + line.requests, 0),
    lines,
    billedStroops: lines.reduce((sum, line) => sum + line.amountStroops, 0n),
    priceStroops: service.priceStroops,
  };
}

function billLines(account: Account, service: Service, position: EntryPosition | undefined): BillLine[] {
  const requestsByVersion = new Map<number, number>();
  const prices = new Map<number, Stroops>();
  for (const line of account.lines) {
    const requests = recordedThrough(line, position) - line.settledRequests;
    if (requests === 0) continue;
    // No version reads as version 1 from the moment it exists.
    const version = Math.max(line.priceVersion, 1);
    requestsByVersion.set(version, (requestsByVersion.get(version) ?? 0) + requests);
    prices.set(version, line.priceStroops ?? service.firstPriceStroops);
  }
  return [...requestsByVersion].map(([priceVersion, requests]) => {
    const priceStroops = prices.get(priceVersion) ?? service.firstPriceStroops;
    return { priceVersion, requests, priceStroops, amountStroops: amountOf(requests, priceStroops) };
  });
}
