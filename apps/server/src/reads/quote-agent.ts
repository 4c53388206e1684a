import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Account, outstandingRequests } from '../domain/account.ts';
import { creditOf } from '../domain/credit.ts';
import type { Stroops } from '../domain/money.ts';
import { isEmptyQuote, type Quote, quoteOf } from '../domain/quote.ts';
import type { Books } from './books.ts';
import { pageRows } from './each-account.ts';

/** What is outstanding on all accounts of an agent: a page of their quotes, and the sums of all of them. */
export interface AgentQuote {
  readonly quotes: readonly Quote[];
  readonly hasMore: boolean;
  readonly billedStroops: Stroops;
  readonly creditStroops: Stroops;
  /** outstanding, of services without a price */
  readonly unpricedRequests: bigint;
}

/** Quotes all accounts of an agent, each as it was when it was read, and keeps those after a service. */
export async function quoteAgent(
  books: Pick<Books, 'accountsOf' | 'accountAndService'>,
  { tenant, agent }: { readonly tenant: string; readonly agent: string },
  afterService: string,
  limit: number,
): Promise<AgentQuote> {
  const quotes: Quote[] = [];
  let [billedStroops, creditStroops, unpricedRequests] = [0n, 0n, 0n];
  let hasMore = false;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const accounts: readonly Account[] = await books.accountsOf(tenant, agent, after, pageRows);
    for (const { serviceId } of accounts) {
      const { account, service } = await books.accountAndService({ tenant, agent, serviceId });
      if (account === undefined) continue;
      if (service === undefined) {
        unpricedRequests += BigInt(outstandingRequests(account));
        continue;
      }
      const quote = quoteOf(account, service);
      const credit = creditOf(quote);
      billedStroops += quote.billedStroops;
      creditStroops += credit;
      if (serviceId <= afterService || (isEmptyQuote(quote) && credit === 0n)) continue;
      if (quotes.length < limit) quotes.push(quote);
      else hasMore = true;
    }
    after = accounts.length < pageRows ? undefined : accounts.at(-1)?.serviceId;
    await nextTurn();
  }
  return { quotes, hasMore, billedStroops, creditStroops, unpricedRequests };
}
