import { type Account, hasOutstanding, isUnsettled, outstandingRequests } from '../account.ts';
import { type Amount, type Atoms, amountOfAtoms } from '../amount.ts';
import { isXlm } from '../asset.ts';
import { type AssetSums, OtherAssets, onlyStroops } from '../asset-sums.ts';
import { type CommandRules, type RulesOf, usually } from '../command-rules.ts';
import { type Decision, done, type Heavier, type Moment, refused } from '../decision.ts';
import { entriesBehind, entriesBehindMaxOf, type LooksBack, weightOfLook } from '../far-back.ts';
import type { Stroops } from '../money.ts';
import { notRegistered } from '../not-registered.ts';
import { isTakenBackLater, type Position } from '../position.ts';
import { isEmptyQuote, type Quote, quoteOf } from '../quote.ts';
import type { Refusal } from '../refusal.ts';
import type { Service } from '../service.ts';
import { type SettledAccount, settleOn } from '../settlement.ts';
import type { View } from '../view.ts';
import { wantPricedAccount } from '../wants.ts';

export interface Settle extends LooksBack {
  readonly kind: 'settle';
  readonly agent: string;
  readonly serviceId: string;
  /** settle up to this entry only */
  readonly through: number | undefined;
  readonly expectedStroops: Stroops | undefined;
  /** the same, exactly in the asset of the service */
  readonly expectedAmount?: Amount | undefined;
  /** marks of quotes: the quote must have one of them */
  readonly expectedMarks: readonly string[] | undefined;
  /** ties the bills of a run together */
  readonly runId?: string | undefined;
}

export interface SettleBulk {
  readonly kind: 'settle_bulk';
  readonly agent: string;
  readonly runId?: string | undefined;
  /** how many accounts it was weighed with, and may touch; `settleBulkAccountsMax` without it */
  readonly accountsMax?: number;
}

export type SettlementsCommand = Settle | SettleBulk;

/** What was billed on one account, and by which settlement; none if there was nothing to bill. */
export interface Bill {
  readonly quote: Quote;
  readonly settlementId: string | undefined;
}

export interface Settled {
  readonly kind: 'settled';
  readonly bill: Bill;
}

export interface AgentSettled {
  readonly kind: 'agent_settled';
  readonly agent: string;
  readonly bills: readonly Bill[];
  /** in XLM */
  readonly billedStroops: Stroops;
  readonly otherAssets: readonly AssetSums[];
  /** what was left out, because its service has no price */
  readonly unpriced: readonly { readonly serviceId: string; readonly requests: number }[];
}

const settle: CommandRules<Settle, Settled> = {
  ...usually,
  reads(command, wants) {
    const { agent, serviceId, through } = command;
    wantPricedAccount(agent, serviceId, wants);
    if (through === undefined) return;
    const entriesBehindMax = entriesBehindMaxOf(command);
    wants.positions.push({ agent, serviceId, sequence: through, entriesBehindMax });
  },
  actsMax: () => 0,
  weight: weightOfLook,
  decide: decideSettle,
};

/** Settles all accounts of an agent. */
const settleBulk: CommandRules<SettleBulk, AgentSettled> = {
  ...usually,
  reads(command, wants) {
    const { agent } = command;
    wants.agents.set(agent, Math.max(wants.agents.get(agent) ?? 0, accountsMaxOf(command)));
  },
  idsMax: accountsMaxOf,
  actsMax: () => 0,
  weight: accountsMaxOf,
  decide: decideSettleBulk,
};

export const settlementsCommands = {
  settle,
  settle_bulk: settleBulk,
} satisfies RulesOf<SettlementsCommand>;

/** The most accounts that one `settle_bulk` settles. */
export const settleBulkAccountsMax = 10_000;
/** The weight of a `settle_bulk` before the accounts of its agent were counted. */
export const settleBulkAccountsFirst = 100;

/** How many accounts a `settle_bulk` may touch. */
function accountsMaxOf({ accountsMax = settleBulkAccountsMax }: SettleBulk): number {
  return accountsMax;
}

/** The same command, weighed with the accounts that were counted, and some that may come in the meantime. */
export function settleBulkOf(command: SettleBulk, accounts: number): SettleBulk {
  return { ...command, accountsMax: Math.min(settleBulkAccountsMax, Math.ceil(accounts * 1.1) + 10) };
}

function decideSettle(command: Settle, view: View, moment: Moment): Decision<Settled> | Heavier {
  const { agent, serviceId, through } = command;
  const service = view.service(serviceId);
  const account = view.account(agent, serviceId);
  if (service === undefined || (service.deleted && !isUnsettled(account))) {
    return refused({ code: 'not_found', message: notRegistered(serviceId) });
  }
  const mismatch = mismatchOf(command, service.asset);
  if (mismatch !== undefined) return refused(mismatch);
  if (through !== undefined && !isSettleable(account, through))
    return quoteChanged(quoteOf(account, service));
  const behind = through === undefined ? 0 : entriesBehind(account, through);
  if (behind > entriesBehindMaxOf(command)) return { kind: 'heavier', touched: behind };
  const position = positionOf(account, through, view);
  if (position !== undefined && isTakenBackLater(position)) {
    const message = `usage up to entry ${position.sequence} was reversed later; nothing was charged`;
    return quoteChanged(quoteOf(account, service), message);
  }
  const quote = quoteOf(account, service, position);
  if (!isExpected(command, quote, moment)) return quoteChanged(quoteOf(account, service));
  // If all usage was reversed before settlement, there is nothing to bill.
  if (isEmptyQuote(quote)) return done({ kind: 'settled', bill: { quote, settlementId: undefined } });
  const settled = settleOn(account, quote, position, moment.id(0), moment.nowMs);
  if (settled === undefined) return refused(limitExceeded);
  return done(
    { kind: 'settled', bill: { quote, settlementId: settled.settlement.id } },
    { accounts: [settled.account], settlements: [{ ...settled.settlement, runId: command.runId }] },
  );
}

function positionOf(account: Account, through: number | undefined, view: View): Position | undefined {
  if (through === undefined) return undefined;
  const position = view.position(account.agent, account.serviceId, through);
  // If everything were settled instead, more would be charged than was agreed.
  if (position === undefined)
    throw new Error(`entry ${through} of ${account.agent} is missing from the books`);
  return position;
}

/** An entry that exists and that no settlement covers yet; on an account without entries, its beginning. */
function isSettleable(account: Account, through: number): boolean {
  if (account.sequence === 0) return through === 0;
  return through > account.settledThrough && through <= account.sequence;
}

function isExpected(command: Settle, quote: Quote, { markOf }: Moment): boolean {
  const { expectedMarks } = command;
  if (!isExpectedAmount(command, quote.billedStroops, quote.assetScale)) return false;
  return expectedMarks === undefined || expectedMarks.includes(markOf(quote));
}

/** What a caller expects, in stroops or exactly. */
interface ExpectedAmount {
  readonly expectedStroops: Stroops | undefined;
  readonly expectedAmount?: Amount | undefined;
}

export function isExpectedAmount(
  { expectedStroops, expectedAmount }: ExpectedAmount,
  atoms: Atoms,
  assetScale: number,
): boolean {
  if (expectedStroops !== undefined && expectedStroops !== atoms) return false;
  return expectedAmount === undefined || expectedAmount === amountOfAtoms(atoms, assetScale);
}

/** Why the expected amount does not match the asset of the service. */
export function mismatchOf({ expectedStroops }: ExpectedAmount, asset: string): Refusal | undefined {
  if (expectedStroops === undefined || isXlm({ asset })) return undefined;
  const message = `the service is billed in ${asset}, not in stroops: send expectedAmount`;
  return { code: 'asset_mismatch', message, pointer: '/expectedStroops' };
}

export function quoteChanged(quote: Quote, message = 'the quote has changed; nothing was charged') {
  return refused({ code: 'quote_changed', message, quote });
}

function decideSettleBulk(command: SettleBulk, view: View, moment: Moment): Decision<AgentSettled> | Heavier {
  const count = view.countAccountsOf(command.agent);
  if (count > settleBulkAccountsMax) {
    return refused({
      code: 'limit_exceeded',
      message: `the agent has more than ${settleBulkAccountsMax} accounts; settle them one by one`,
    });
  }
  if (count > accountsMaxOf(command)) return { kind: 'heavier', touched: count };
  const outstanding = view
    .accountsOf(command.agent)
    .filter(hasOutstanding)
    .sort((a, b) => (a.serviceId < b.serviceId ? -1 : 1));
  const settled: SettledAccount[] = [];
  const bills: Bill[] = [];
  const unpriced: { serviceId: string; requests: number }[] = [];
  for (const account of outstanding) {
    const service = view.service(account.serviceId);
    if (service === undefined) {
      unpriced.push({ serviceId: account.serviceId, requests: outstandingRequests(account) });
      continue;
    }
    const bill = settleAll(account, service, moment.id(bills.length), moment.nowMs);
    if (bill === undefined) return refused(limitExceededOn(account.serviceId));
    if (isEmptyQuote(bill.quote)) continue;
    settled.push(bill.settled);
    bills.push({ quote: bill.quote, settlementId: bill.settled.settlement.id });
  }
  let billedStroops = 0n;
  const others = new OtherAssets();
  for (const { quote } of bills) {
    billedStroops += onlyStroops(quote, quote.billedStroops);
    others.add(quote, { billed: quote.billedStroops });
  }
  const { list: otherAssets } = others;
  return done(
    { kind: 'agent_settled', agent: command.agent, bills, billedStroops, otherAssets, unpriced },
    {
      accounts: settled.map(({ account }) => account),
      settlements: settled.map(({ settlement }) => ({ ...settlement, runId: command.runId })),
    },
  );
}

function settleAll(
  account: Account,
  service: Service,
  id: string,
  nowMs: number,
): { readonly quote: Quote; readonly settled: SettledAccount } | undefined {
  const everything: Position | undefined = undefined;
  const quote = quoteOf(account, service, everything);
  const settled = settleOn(account, quote, everything, id, nowMs);
  return settled === undefined ? undefined : { quote, settled };
}

function limitExceededOn(serviceId: string): Refusal {
  const message = `the bills of service ${serviceId} would exceed 2^63-1 of the smallest parts of its asset; nothing was settled`;
  return { code: 'limit_exceeded', message };
}

export const limitExceeded: Refusal = {
  code: 'limit_exceeded',
  message: 'the bills of the account would exceed 2^63-1 of the smallest parts of its asset',
};
