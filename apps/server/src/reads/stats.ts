import { setImmediate as nextTurn } from 'node:timers/promises';
import { OtherAssets, onlyStroops } from '../domain/asset-sums.ts';
import type { BooksStats } from '../domain/books-stats.ts';
import { eachAccountSum, summedAtOnce } from './account-sums.ts';
import type { Books, CountedNames } from './books.ts';

/** Sums over all accounts of a tenant. */
export async function statsOf(books: Books, tenant: string): Promise<BooksStats> {
  const sums = {
    recordedRequests: 0n,
    reversedRequests: 0n,
    settledRequests: 0n,
    outstandingRequests: 0n,
    outstandingStroops: 0n,
    settledStroops: 0n,
  };
  const others = new OtherAssets();
  let accounts = 0n;
  let settlements = 0n;
  for await (const part of eachAccountSum(books, { tenant, serviceId: undefined })) {
    accounts += part.accounts;
    settlements += part.settlements;
    sums.recordedRequests += part.recordedRequests;
    sums.reversedRequests += part.reversedRequests;
    sums.settledRequests += part.settledRequests;
    sums.outstandingRequests += part.outstandingRequests;
    const { billedStroops: billed, settledStroops: settled } = part;
    sums.outstandingStroops += onlyStroops(part, billed);
    sums.settledStroops += onlyStroops(part, settled);
    others.add(part, { billed, settled });
  }
  const agents = await counted((after) => books.countAgents(tenant, after, summedAtOnce));
  const services = await counted((after) => books.countServices(tenant, after, summedAtOnce));
  const { list: otherAssets } = others;
  return {
    ...sums,
    otherAssets,
    accounts: Number(accounts),
    settlements: Number(settlements),
    agents,
    services,
  };
}

async function counted(count: (after: string) => Promise<CountedNames>): Promise<number> {
  let all = 0;
  for (let after: string | undefined = ''; after !== undefined; ) {
    const step: CountedNames = await count(after);
    all += step.counted;
    after = step.next;
    await nextTurn();
  }
  return all;
}
