import assert from 'node:assert/strict';
import type { Api } from '../harness/api.ts';
import {
  billOf,
  creditOf,
  isEmptyBill,
  type ModelAccount,
  requestsOf,
  settledThrough,
  totalOf,
} from './account.ts';
import { atomsIn, sumsByAsset, xlm } from './assets.ts';
import type { ModelBooks } from './books.ts';
import { agents } from './draw-names.ts';
import { assetOf } from './known-assets.ts';
import { pages } from './pages.ts';
import { amountOf } from './prepaid-text.ts';
import { unpriced } from './prices.ts';
import { openWorth, quoteBody } from './settling.ts';

// biome-ignore lint/suspicious/noExplicitAny: members of every answer
type Answer = any;

/** Asserts the outstanding amounts in each asset, of each agent and in total. */
export async function assertSums(api: Api, books: ModelBooks, nowMs: number): Promise<void> {
  const accounts = [...books.accounts.values()];
  for (const agent of agents) {
    const own = accounts.filter((account) => account.agent === agent);
    const items = own.map((account) => ({ serviceId: account.serviceId, total: totalOf(account) }));
    const rows = await pages(api, `/agents/${encodeURIComponent(agent)}/usage`, 2);
    assert.deepEqual(
      rows,
      items.sort((a, b) => (a.serviceId < b.serviceId ? -1 : 1)),
    );
    await assertAgentQuote(api, books, { agent, accounts: own, nowMs });
  }
  let unpricedRequests = 0;
  const bills = accounts.flatMap((account) => {
    const service = books.services.get(account.serviceId);
    if (service === undefined) unpricedRequests += totalOf(account);
    if (service === undefined) return [];
    const bill = billOf(account, service, account.entries.length);
    const { asset, billed: total } = bill;
    return [{ asset, sums: { total, disabled: service.isDisabled ? total : 0n, credit: creditOf(bill) } }];
  });
  const { inXlm, otherAssets } = sumsByAsset(bills, ['total', 'disabled', 'credit']);
  assert.deepEqual((await api.get('/billing/total')).json, {
    totalStroops: inXlm('total'),
    disabledStroops: inXlm('disabled'),
    creditStroops: inXlm('credit'),
    unpricedRequests,
    ...otherAssets,
  });
}

async function assertAgentQuote(
  api: Api,
  books: ModelBooks,
  {
    agent,
    accounts,
    nowMs,
  }: { readonly agent: string; readonly accounts: readonly ModelAccount[]; readonly nowMs: number },
): Promise<void> {
  const quotes = accounts.flatMap((account) => {
    const pricing = books.services.get(account.serviceId);
    if (pricing === undefined) return [];
    const bill = billOf(account, pricing, account.entries.length);
    return [{ bill, body: quoteBody(account, pricing, account.entries.length, nowMs) }];
  });
  const open = quotes.filter(({ bill }) => !(isEmptyBill(bill) && creditOf(bill) === 0n));
  const path = `/agents/${encodeURIComponent(agent)}/quote`;
  assert.deepEqual(
    await pages(api, path, 2),
    open.map(({ body }) => body).sort((a, b) => (a.serviceId < b.serviceId ? -1 : 1)),
  );
  const { inXlm, otherAssets } = sumsByAsset(
    quotes.map(({ bill }) => ({
      asset: bill.asset,
      sums: { totalBilled: bill.billed, totalCredit: creditOf(bill) },
    })),
    ['totalBilled', 'totalCredit'],
  );
  const { totalBilledStroops, totalCreditStroops, otherAssets: others } = (await api.get(path)).json;
  assert.deepEqual(
    [totalBilledStroops, totalCreditStroops, others],
    [inXlm('totalBilled'), inXlm('totalCredit'), otherAssets.otherAssets],
  );
}

export function countEntries({ accounts }: ModelBooks): number {
  return [...accounts.values()].reduce((sum, { entries }) => sum + entries.length, 0);
}

export async function assertAudit(api: Api, books: ModelBooks): Promise<void> {
  const audit = (await api.get('/audit')).json;
  assert.deepEqual(audit.differences, []);
  assert.equal(audit.ok, true);
  const accounts = [...books.accounts.values()];
  assert.equal(audit.accounts, accounts.length);
  assert.equal(audit.entries, countEntries(books));
  const countOf = (of: (account: ModelAccount) => number) =>
    accounts.reduce((sum, account) => sum + of(account), 0);
  assert.equal(
    audit.settlements,
    countOf(({ settlements }) => settlements.length),
  );
  const worths = accounts.map((account) => ({
    account,
    open: openWorth(account, books.services.get(account.serviceId) ?? unpriced),
  }));
  assert.deepEqual(
    [audit.recorded.requests, audit.reversed.requests, audit.settled.requests, audit.outstanding.requests],
    [
      countOf(({ entries }) => requestsOf(entries.filter(({ reverses }) => reverses === undefined))),
      countOf(({ entries }) => -requestsOf(entries.filter(({ reverses }) => reverses !== undefined))),
      countOf((account) => requestsOf(account.entries.slice(0, settledThrough(account)))),
      worths.reduce((sum, { open }) => sum + open.requests, 0),
    ],
  );
  assertAuditedAmounts(audit, books, worths);
}

/** Usage without a price adds nothing to the sums of the audit, as in the model. */
function assertAuditedAmounts(
  audit: Answer,
  books: ModelBooks,
  worths: readonly { readonly account: ModelAccount; readonly open: ReturnType<typeof openWorth> }[],
): void {
  const all = worths.map(({ account: { serviceId, entries, settlements }, open }) => ({
    asset: assetOf(books, serviceId),
    sums: {
      settled: settlements.reduce((sum, { billed }) => sum + billed, 0n),
      writtenOff: entries.reduce((sum, { writesOff = 0n }) => sum + writesOff, 0n),
    },
    exact: { paid: entries.reduce((sum, { drawn = 0n }) => sum + drawn, 0n), outstanding: open.worth },
  }));
  const exactly = (name: 'paid' | 'outstanding', code: string) =>
    all.reduce((sum, { asset, exact }) => (asset.code === code ? sum + exact[name] : sum), 0n);
  const { inXlm, otherAssets } = sumsByAsset(all, ['settled', 'writtenOff']);
  assert.deepEqual(
    [audit.settled.stroops, audit.writtenOff.stroops, audit.paid.stroops, audit.outstanding.stroops],
    [
      inXlm('settled'),
      inXlm('writtenOff'),
      String(atomsIn(exactly('paid', xlm.code), xlm)),
      String(atomsIn(exactly('outstanding', xlm.code), xlm)),
    ],
  );
  assert.deepEqual(
    audit.otherAssets?.map(({ asset, settled, writtenOff, paid, outstanding }: Answer) => [
      asset,
      ...[settled, writtenOff, paid, outstanding].map(amountOf),
    ]),
    otherAssets.otherAssets?.map(({ asset, settled, writtenOff }: Answer) => [
      asset,
      ...[settled, writtenOff].map(amountOf),
      exactly('paid', asset),
      exactly('outstanding', asset),
    ]),
  );
}
