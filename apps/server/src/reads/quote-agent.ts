import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Account, outstandingRequests } from '../domain/account.ts';
import { type AssetSums, OtherAssets, onlyStroops } from '../domain/asset-sums.ts';
import { creditOf } from '../domain/credit.ts';
import { serviceAt } from '../domain/dated-price.ts';
import type { Stroops } from '../domain/money.ts';
import { isEmptyQuote, type Quote, quoteOf } from '../domain/quote.ts';
import type { Books } from './books.ts';

type QuoteBooks = Pick<Books, 'accountsOf' | 'service'>;

interface AgentName {
  readonly tenant: string;
  readonly agent: string;
}

/** A page of the quotes of an agent. */
export interface AgentQuotes {
  readonly quotes: readonly Quote[];
  /** the service after which the list continues; `undefined` after the last one */
  readonly next: string | undefined;
}

/** What is outstanding on all accounts of an agent. */
export interface AgentSums {
  /** in XLM */
  readonly billedStroops: Stroops;
  readonly creditStroops: Stroops;
  /** outstanding, of services without a price */
  readonly unpricedRequests: bigint;
  readonly otherAssets: readonly AssetSums[];
}

const pageRows = 250;
/** The most accounts that are looked at for a page, so that one of an agent with nothing outstanding costs no more. */
const lookedMax = 1_000;

/**
 * Quotes accounts of an agent after a service, each as it was when it was read, and leaves out those on which nothing is
 * outstanding.
 *
 * @param nowMs whose prices are shown as those in force
 */
export async function listAgentQuotes(
  books: QuoteBooks,
  name: AgentName,
  nowMs: number,
  afterService: string,
  limit: number,
): Promise<AgentQuotes> {
  const quotes: Quote[] = [];
  let looked = 0;
  let last = afterService;
  for await (const { serviceId, quote } of quotedAccounts(books, name, nowMs, afterService)) {
    if (quotes.length === limit || looked === lookedMax) return { quotes, next: last };
    looked += 1;
    last = serviceId;
    if (quote !== undefined && !(isEmptyQuote(quote) && creditOf(quote) === 0n)) quotes.push(quote);
  }
  return { quotes, next: undefined };
}

/** Adds up what is outstanding on all accounts of an agent, each as it was when it was read. */
export async function sumAgentQuotes(books: QuoteBooks, name: AgentName, nowMs: number): Promise<AgentSums> {
  let [billedStroops, creditStroops, unpricedRequests] = [0n, 0n, 0n];
  const others = new OtherAssets();
  for await (const { account, quote } of quotedAccounts(books, name, nowMs, '')) {
    if (quote === undefined) {
      unpricedRequests += BigInt(outstandingRequests(account));
      continue;
    }
    const { billedStroops: billed } = quote;
    const credit = creditOf(quote);
    billedStroops += onlyStroops(quote, billed);
    creditStroops += onlyStroops(quote, credit);
    others.add(quote, { billed, credit });
  }
  return { billedStroops, creditStroops, unpricedRequests, otherAssets: others.list };
}

interface QuotedAccount {
  readonly serviceId: string;
  readonly account: Account;
  /** `undefined`: its service has no price */
  readonly quote: Quote | undefined;
}

/** Accounts of an agent after a service, by their services. */
async function* quotedAccounts(
  books: QuoteBooks,
  { tenant, agent }: AgentName,
  nowMs: number,
  afterService: string,
): AsyncGenerator<QuotedAccount> {
  for (let after: string | undefined = afterService; after !== undefined; ) {
    const accounts: readonly Account[] = await books.accountsOf(tenant, agent, after, pageRows);
    for (const account of accounts) {
      const { serviceId } = account;
      // Read after the account, so that all of its price versions are known.
      const service = await books.service(tenant, serviceId);
      yield { serviceId, account, quote: service && quoteOf(account, serviceAt(service, nowMs)) };
    }
    after = accounts.length < pageRows ? undefined : accounts.at(-1)?.serviceId;
    await nextTurn();
  }
}
