import type { Account, AccountLine } from './account.ts';
import type { Amount } from './amount.ts';
import { atomOf, type InAsset } from './asset.ts';
import { type Stroops, stroopsMax } from './money.ts';
import { type Position, remainingThrough, tiersRemainingThrough } from './position.ts';
import { type BillLine, type Quote, roundedBill } from './quote.ts';
import { isSameCounts } from './tiers.ts';

/** An immutable bill: the exact range of entries (from, through], lines per price version, amount. */
export interface Settlement extends InAsset {
  readonly id: string;
  readonly agent: string;
  readonly serviceId: string;
  /** decimal places of the units that its requests count */
  readonly unitScale: number;
  /** counted from 1 in its account, without gaps */
  readonly number: number;
  readonly from: number;
  readonly through: number;
  readonly requests: number;
  readonly lines: readonly BillLine[];
  /** credit from the settlement before: 0 or below */
  readonly carriedStroops: Stroops;
  /** what the settlement before left below an atom: 0 or above */
  readonly remainder: Amount;
  /** what was drawn from the balance for the usage of the lines */
  readonly paid: Amount;
  readonly billedStroops: Stroops;
  readonly settledAtMs: number;
  /** the run that made it */
  readonly runId?: string | undefined;
}

/** The account after a settlement, and the settlement. */
export interface SettledAccount {
  readonly account: Account;
  readonly settlement: Settlement;
}

/** Settles what a quote of this account contains; `undefined` if the account's total would exceed 64 bits. */
export function settleOn(
  account: Account,
  quote: Quote,
  position: Position | undefined,
  id: string,
  nowMs: number,
): SettledAccount | undefined {
  if (account.settledStroops > stroopsMax - quote.billedStroops) return undefined;
  // Lines that offset each other may each be larger than their sum.
  if (quote.lines.some(({ amount }) => amount > stroopsMax * atomOf(quote.assetScale))) return undefined;
  const number = account.settlements + 1;
  return {
    account: {
      ...account,
      settledThrough: quote.through,
      settlements: number,
      settledRequests: account.settledRequests + quote.requests,
      settledStroops: account.settledStroops + quote.billedStroops,
      carriedStroops: quote.carriedOnStroops,
      remainder: quote.remainderOn,
      settledPaid: account.settledPaid + quote.paid,
      lines: account.lines.map((line) => settledLine(line, position)),
    },
    settlement: {
      id,
      agent: account.agent,
      serviceId: account.serviceId,
      unitScale: account.unitScale,
      asset: quote.asset,
      assetScale: quote.assetScale,
      number,
      from: quote.from,
      through: quote.through,
      requests: quote.requests,
      lines: quote.lines,
      carriedStroops: quote.carriedStroops,
      remainder: quote.remainder,
      paid: quote.paid,
      billedStroops: quote.billedStroops,
      settledAtMs: nowMs,
    },
  };
}

/** The same line when nothing of it was settled now: only lines that changed are saved. */
function settledLine(line: AccountLine, position: Position | undefined): AccountLine {
  const settledRequests = remainingThrough(line, position);
  const settled = tiersRemainingThrough(line, position);
  const { tiered } = line;
  if (tiered === undefined || settled === undefined || isSameCounts(tiered.settled, settled))
    return line.settledRequests === settledRequests ? line : { ...line, settledRequests };
  return { ...line, settledRequests, tiered: { ...tiered, settled } };
}

/** What a settlement leaves for the next one: a credit that it could not bill, and what is below an atom. */
export function leftBy(settlement: Settlement): Pick<Quote, 'carriedOnStroops' | 'remainderOn'> {
  const { billedStroops, carriedOnStroops, remainderOn } = roundedBill(settlement);
  return { carriedOnStroops: carriedOnStroops + billedStroops - settlement.billedStroops, remainderOn };
}
