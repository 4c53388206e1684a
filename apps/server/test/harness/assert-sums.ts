import assert from 'node:assert/strict';
import { outstandingRequests } from '../../src/domain/account.ts';
import { creditOf } from '../../src/domain/credit.ts';
import { quoteOf } from '../../src/domain/quote.ts';
import { eachAccountSum } from '../../src/reads/account-sums.ts';
import type { Books } from '../../src/reads/books.ts';
import { eachAccount } from '../../src/reads/each-account.ts';
import { statsOf } from '../../src/reads/stats.ts';
import { sumBilling, sumService } from '../../src/reads/sums.ts';

/** Asserts that what the storage sums is what its accounts come to one by one, however few it sums at once. */
export async function assertSums(books: Books, tenant: string): Promise<void> {
  const { billing, stats, services } = await recomputed(books, tenant);
  assert.deepEqual(await sumBilling(books, tenant), billing);
  const { agents, services: registered, ...summed } = await statsOf(books, tenant);
  assert.deepEqual(summed, stats);
  assert.equal(agents, (await books.agentsAfter(tenant, '', 1_000)).length);
  const known = await books.servicesAfter(tenant, '', 1_000);
  assert.equal(registered, known.filter(({ deleted }) => !deleted).length);
  for (const [serviceId, expected] of services) {
    assert.deepEqual(await sumService(books, tenant, serviceId), expected, serviceId);
  }
  let billedStroops = 0n;
  let accounts = 0n;
  for await (const sums of eachAccountSum(books, { tenant, serviceId: undefined }, 1)) {
    billedStroops += sums.billedStroops;
    accounts += sums.accounts;
  }
  assert.deepEqual([billedStroops, accounts], [billing.totalStroops, BigInt(stats.accounts)]);
}

async function recomputed(books: Books, tenant: string) {
  const billing = { totalStroops: 0n, disabledStroops: 0n, creditStroops: 0n, unpricedRequests: 0n };
  const stats = {
    accounts: 0,
    settlements: 0,
    recordedRequests: 0n,
    reversedRequests: 0n,
    settledRequests: 0n,
    outstandingRequests: 0n,
    outstandingStroops: 0n,
    settledStroops: 0n,
  };
  const services = new Map<string, { total: bigint; agents: number }>();
  for await (const { account, service } of eachAccount(books, { tenant, serviceId: undefined })) {
    const outstanding = BigInt(outstandingRequests(account));
    stats.accounts += 1;
    stats.settlements += account.settlements;
    stats.recordedRequests += BigInt(account.recordedRequests);
    stats.reversedRequests += BigInt(account.reversedRequests);
    stats.settledRequests += BigInt(account.settledRequests);
    stats.outstandingRequests += outstanding;
    stats.settledStroops += account.settledStroops;
    const ofService = services.get(account.serviceId) ?? { total: 0n, agents: 0 };
    ofService.total += outstanding;
    if (outstanding > 0n) ofService.agents += 1;
    services.set(account.serviceId, ofService);
    if (service === undefined) {
      billing.unpricedRequests += outstanding;
      continue;
    }
    const quote = quoteOf(account, service);
    billing.totalStroops += quote.billedStroops;
    billing.creditStroops += creditOf(quote);
    stats.outstandingStroops += quote.billedStroops;
    if (service.disabled) billing.disabledStroops += quote.billedStroops;
  }
  return { billing, stats, services };
}
