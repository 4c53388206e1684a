import assert from 'node:assert/strict';
import { outstandingRequests } from '../../src/domain/account.ts';
import { creditOf } from '../../src/domain/credit.ts';
import { quoteOf } from '../../src/domain/quote.ts';
import { eachAccountSum } from '../../src/reads/account-sums.ts';
import type { Books } from '../../src/reads/books.ts';
import { eachAccount } from '../../src/reads/each-account.ts';
import { statsOf } from '../../src/reads/stats.ts';
import { sumBilling, sumService } from '../../src/reads/sums.ts';

/**
 * Asserts that the sums of the storage equal the sums of the single accounts, even if the storage sums few accounts at
 * a time.
 */
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
  const billed = new Map<string, bigint>([['XLM', 0n]]);
  let accounts = 0n;
  for await (const sums of eachAccountSum(books, { tenant, serviceId: undefined }, 1)) {
    billed.set(sums.asset, (billed.get(sums.asset) ?? 0n) + sums.billedStroops);
    accounts += sums.accounts;
  }
  const others = billing.otherAssets.map((other) => [other.asset, other.billed] as const);
  assert.deepEqual(billed, new Map([['XLM', billing.totalStroops], ...others]));
  assert.equal(accounts, BigInt(stats.accounts));
}

/** The sums of one asset in its atoms. */
interface Sums {
  readonly asset: string;
  readonly assetScale: number;
  billed: bigint;
  disabled: bigint;
  credit: bigint;
  settled: bigint;
}

async function recomputed(books: Books, tenant: string) {
  const byAsset = new Map<string, Sums>();
  const sumsIn = ({ asset, assetScale }: Pick<Sums, 'asset' | 'assetScale'>): Sums => {
    const sums = byAsset.get(asset) ?? {
      asset,
      assetScale,
      billed: 0n,
      disabled: 0n,
      credit: 0n,
      settled: 0n,
    };
    byAsset.set(asset, sums);
    return sums;
  };
  const xlm = sumsIn({ asset: 'XLM', assetScale: 7 });
  let unpricedRequests = 0n;
  const stats = {
    accounts: 0,
    settlements: 0,
    recordedRequests: 0n,
    reversedRequests: 0n,
    settledRequests: 0n,
    outstandingRequests: 0n,
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
    const ofService = services.get(account.serviceId) ?? { total: 0n, agents: 0 };
    ofService.total += outstanding;
    if (outstanding > 0n) ofService.agents += 1;
    services.set(account.serviceId, ofService);
    if (service === undefined) {
      unpricedRequests += outstanding;
      continue;
    }
    const quote = quoteOf(account, service);
    const sums = sumsIn(service);
    sums.billed += quote.billedStroops;
    sums.credit += creditOf(quote);
    sums.settled += account.settledStroops;
    if (service.disabled) sums.disabled += quote.billedStroops;
  }
  const others = [...byAsset.values()]
    .filter((sums) => sums !== xlm)
    .sort((a, b) => (a.asset < b.asset ? -1 : 1));
  const billing = {
    totalStroops: xlm.billed,
    disabledStroops: xlm.disabled,
    creditStroops: xlm.credit,
    unpricedRequests,
    otherAssets: others.map((sums) => ({ ...sums, settled: 0n })),
  };
  const inStats = others.map((sums) => ({ ...sums, credit: 0n, disabled: 0n }));
  const money = { outstandingStroops: xlm.billed, settledStroops: xlm.settled, otherAssets: inStats };
  return { billing, stats: { ...stats, ...money }, services };
}
