import { setImmediate as nextTurn } from 'node:timers/promises';
import { outstandingRequests } from '../domain/account.ts';
import { quoteOf } from '../domain/quote.ts';
import type { Books } from './books.ts';
import { eachAccount, pageRows } from './each-account.ts';

/** What a tenant's books come to, as its accounts say. */
export interface BooksStats {
  readonly services: number;
  readonly agents: number;
  readonly accounts: number;
  readonly settlements: number;
  readonly recordedRequests: bigint;
  readonly reversedRequests: bigint;
  readonly settledRequests: bigint;
  readonly outstandingRequests: bigint;
  readonly outstandingStroops: bigint;
  readonly settledStroops: bigint;
}

/** Sums over all accounts of a tenant. */
export async function statsOf(books: Books, tenant: string): Promise<BooksStats> {
  const sums = {
    accounts: 0,
    settlements: 0,
    recordedRequests: 0n,
    reversedRequests: 0n,
    settledRequests: 0n,
    outstandingRequests: 0n,
    outstandingStroops: 0n,
    settledStroops: 0n,
  };
  for await (const { account, service } of eachAccount(books, { tenant, serviceId: undefined })) {
    sums.accounts += 1;
    sums.settlements += account.settlements;
    sums.recordedRequests += BigInt(account.recordedRequests);
    sums.reversedRequests += BigInt(account.reversedRequests);
    sums.settledRequests += BigInt(account.settledRequests);
    sums.outstandingRequests += BigInt(outstandingRequests(account));
    sums.settledStroops += account.settledStroops;
    if (service !== undefined) sums.outstandingStroops += quoteOf(account, service).billedStroops;
  }
  const agents = await count(
    (after) => books.agentsAfter(tenant, after, pageRows),
    (agent) => agent,
  );
  const services = await count(
    async (after) => await books.servicesAfter(tenant, after, pageRows),
    ({ serviceId }) => serviceId,
    ({ deleted }) => !deleted,
  );
  return { ...sums, agents, services };
}

async function count<T>(
  read: (after: string) => Promise<readonly T[]>,
  nameOf: (row: T) => string,
  isCounted: (row: T) => boolean = () => true,
): Promise<number> {
  let counted = 0;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const rows: readonly T[] = await read(after);
    counted += rows.filter(isCounted).length;
    const last = rows.at(-1);
    after = rows.length < pageRows || last === undefined ? undefined : nameOf(last);
    await nextTurn();
  }
  return counted;
}
