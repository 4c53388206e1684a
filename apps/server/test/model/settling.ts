import {
  type Bill,
  billOf,
  creditOf,
  isEmptyBill,
  isUnsettled,
  type Line,
  type ModelAccount,
  openEntries,
  reachedBy,
  remainderOf,
  requestsOf,
  settledThrough,
  totalOf,
} from './account.ts';
import { atomOf, atomsBody, atomsText, type ModelAsset, sumsByAsset, xlm } from './assets.ts';
import {
  accountOf,
  addEntry,
  done,
  type Expected,
  learnEntry,
  type ModelBooks,
  type Moment,
  type Observed,
  refused,
  type WriteOf,
} from './books.ts';
import { amountOf, amountText } from './prepaid-text.ts';
import {
  amountBody,
  costOfPart,
  type Pricing,
  priceAt,
  type UnitPrice,
  unitPriceBody,
  unpriced,
} from './prices.ts';
import { shownTiers } from './tiers.ts';
import { quantityBody } from './units.ts';
import type { ExpectedAmount } from './write.ts';

/** A quote as it is answered, with its start: two quotes have the same tag if and only if this text is the same. */
export function quoteText(account: ModelAccount, pricing: Pricing, through: number, nowMs: number): string {
  return JSON.stringify([settledThrough(account), quoteBody(account, pricing, through, nowMs)]);
}

export function quoteBody(account: ModelAccount, pricing: Pricing, through: number, nowMs: number) {
  const { agent, serviceId } = account;
  const bill = billOf(account, pricing, through);
  return {
    agent,
    serviceId,
    ...billBody(bill, priceAt(pricing, nowMs, reachedBy(account))),
    through,
    ...atomsBody('credit', creditOf(bill), bill.asset),
  };
}

/** The part of a bill that was paid from a purse; omitted if it is nothing. */
export function prepaidBody({ asset, lines, paid, billed }: Bill) {
  if (paid === 0n) return {};
  const cost = lines.reduce((sum, { amount }) => sum + amount, 0n);
  return {
    prepaid: { cost: amountText(cost), paid: amountText(paid), due: amountText(billed * atomOf(asset)) },
  };
}

/** The members of a bill for one of its lines, for each tier separately. */
export function lineBodies({ priceVersion, tiers, ...line }: Line, bill: Bill) {
  if (tiers === undefined) return [{ priceVersion, ...lineBody(line, bill) }];
  return shownTiers(tiers).map(({ tier, ...count }) => {
    const { price, size, requests, charged } = count;
    const amount = costOfPart({ requests, tiers: [count] }, undefined, bill.scale);
    const packages = size === undefined ? {} : { package: size, packages: charged };
    return { priceVersion, tier, ...packages, ...lineBody({ requests, price, amount }, bill) };
  });
}

function lineBody({ requests, price, amount }: Omit<Line, 'priceVersion' | 'tiers'>, bill: Bill) {
  return {
    requests,
    ...quantityBody(requests, bill),
    ...unitPriceBody(price, bill.asset),
    ...amountBody(amount, bill.asset),
  };
}

function billBody(bill: Bill, inForce: UnitPrice | undefined) {
  const { asset, requests, lines, carried, remainder } = bill;
  return {
    ...prepaidBody(bill),
    requests,
    ...quantityBody(requests, bill),
    ...unitPriceBody(inForce?.ofOne ?? 0n, asset),
    ...billedBody(bill),
    lines: lines.flatMap((line) => lineBodies(line, bill)),
    ...atomsBody('carried', carried, asset),
    remainder: amountText(remainder),
    remainderOn: amountText(remainderOf(bill)),
  };
}

/** The billed amount: in stroops only for XLM. */
export function billedBody({ asset, billed }: Bill) {
  const inStroops = asset.code === xlm.code ? { billedStroops: String(billed) } : {};
  return { ...inStroops, amount: atomsText(billed, asset), asset: asset.code };
}

/** Whether a client expects stroops for a service in another asset. */
function isMismatch({ expectedStroops }: ExpectedAmount, { code }: ModelAsset): boolean {
  return expectedStroops !== undefined && code !== xlm.code;
}

/** Whether a number of atoms equals the expected amount. */
function isExpected(
  { expectedStroops, expectedAmount }: ExpectedAmount,
  atoms: bigint,
  asset: ModelAsset,
): boolean {
  if (expectedStroops !== undefined && expectedStroops !== String(atoms)) return false;
  return expectedAmount === undefined || amountOf(expectedAmount) === atoms * atomOf(asset);
}

/** Entity tags that a client has seen, by the text of their quote: see `quoteText`. */
export type Tags = ReadonlyMap<string, string>;

export function settleOne(books: ModelBooks, write: WriteOf<'settle'>, moment: Moment, tags: Tags): Expected {
  if (moment.gate !== undefined) return refused(moment.gate);
  const { agent, serviceId, through, ifMatch } = write;
  const service = books.services.get(serviceId);
  const account = accountOf(books, write);
  if (service === undefined || (service.isDeleted && !isUnsettled(account))) return refused('not_found');
  if (isMismatch(write, service.asset)) return refused('asset_mismatch');
  const last = account.entries.length;
  const quoteChanged = refused('quote_changed', { quote: quoteBody(account, service, last, moment.nowMs) });
  const end = through ?? last;
  const isRange = last === 0 ? end === 0 : end > settledThrough(account) && end <= last;
  if (through !== undefined && !isRange) return quoteChanged;
  const isTakenBack = account.entries
    .slice(end)
    .some(({ reverses }) => reverses !== undefined && reverses.from < end);
  if (isTakenBack) return quoteChanged;
  const bill = billOf(account, service, end);
  if (!isExpected(write, bill.billed, bill.asset)) return quoteChanged;
  if (
    ifMatch !== undefined &&
    ifMatch !== '*' &&
    ifMatch !== tags.get(quoteText(account, service, end, moment.nowMs))
  )
    return quoteChanged;
  return done(200, { agent, ...settle(account, bill, end, service, moment) }, (observed) =>
    learnBills(books, [account], [observed.json]),
  );
}

/** Settles a range, and returns the members of the answer. The settlement does not have an id yet. */
function settle(account: ModelAccount, bill: Bill, through: number, pricing: Pricing, { nowMs }: Moment) {
  const inForce = priceAt(pricing, nowMs, reachedBy(account));
  const body = { serviceId: account.serviceId, ...billBody(bill, inForce) };
  if (isEmptyBill(bill)) return { ...body, settlementId: null };
  account.settlements.push({ ...bill, id: '', from: settledThrough(account), through, settledAtMs: nowMs });
  return body;
}

/** Learns the ids of new settlements. Each must be new. */
function learnBills(
  books: ModelBooks,
  accounts: readonly ModelAccount[],
  bills: readonly Observed['json'][],
): boolean {
  return accounts.every((account, index) => {
    const made = account.settlements.at(-1);
    const id = bills[index]?.settlementId;
    if (made === undefined || made.id !== '') return id === null;
    const isKnown = [...books.accounts.values()].some(({ settlements }) =>
      settlements.some((one) => one.id === id),
    );
    made.id = String(id);
    return typeof id === 'string' && !isKnown;
  });
}

export function settleAll(books: ModelBooks, { agent }: WriteOf<'settle_bulk'>, moment: Moment): Expected {
  if (moment.gate !== undefined) return refused(moment.gate);
  const accounts = [...books.accounts.values()]
    .filter((account) => account.agent === agent)
    .sort((a, b) => (a.serviceId < b.serviceId ? -1 : 1));
  const priced = accounts.filter((account) => {
    const pricing = books.services.get(account.serviceId);
    return pricing !== undefined && !isEmptyBill(billOf(account, pricing, account.entries.length));
  });
  const skipped = accounts
    .filter((account) => !books.services.has(account.serviceId) && totalOf(account) > 0)
    .map((account) => ({ serviceId: account.serviceId, requests: totalOf(account), reason: 'unpriced' }));
  const bills = priced.map((account) => {
    const pricing = books.services.get(account.serviceId) ?? unpriced;
    return { account, pricing, bill: billOf(account, pricing, account.entries.length) };
  });
  const items = bills.map(({ account, pricing, bill }) =>
    settle(account, bill, account.entries.length, pricing, moment),
  );
  const sums = sumsByAsset(
    bills.map(({ bill: { asset, billed } }) => ({ asset, sums: { totalBilled: billed } })),
    ['totalBilled'],
  );
  const body = { agent, items, totalBilledStroops: sums.inXlm('totalBilled'), ...sums.otherAssets, skipped };
  return done(200, body, ({ json }) => learnBills(books, priced, json.items));
}

/** The id of a settlement that no answer has shown yet. */
export const unseenId = 'unseen';

/** Settles what is open with a bill of 0, and writes off the credit. */
export function writeOff(books: ModelBooks, write: WriteOf<'write_off'>, { nowMs, gate }: Moment): Expected {
  if (gate !== undefined) return refused(gate);
  const { serviceId } = write;
  const service = books.services.get(serviceId);
  const account = accountOf(books, write);
  if (service === undefined || (service.isDeleted && !isUnsettled(account))) return refused('not_found');
  if (isMismatch(write, service.asset)) return refused('asset_mismatch');
  const through = account.entries.length;
  const bill = billOf(account, service, through);
  const credit = creditOf(bill);
  if (credit === 0n) return refused('no_credit');
  if (!isExpected(write, credit, bill.asset)) {
    return refused('quote_changed', { quote: quoteBody(account, service, through, nowMs) });
  }
  const from = settledThrough(account);
  if (from < through) account.settlements.push({ ...bill, id: unseenId, from, through, settledAtMs: nowMs });
  const made = addEntry(books, account, nowMs, { parts: [], writesOff: credit });
  const body = {
    sequence: made.sequence,
    requests: 0,
    priceVersion: null,
    writesOff: writesOffBody(credit, bill.asset),
  };
  return done(201, body, ({ location }) => learnEntry(books, made, location));
}

/** The members of an entry for the credit that it writes off. */
export function writesOffBody(atoms: bigint, asset: ModelAsset) {
  const shown = asset.code === xlm.code ? { stroops: String(atoms) } : { amount: atomsText(atoms, asset) };
  return { kind: 'write_off', ...shown, reason: 'closed' };
}

/** The open requests and their value in 10^-18 of the asset, including credits, as the audit counts them. */
export function openWorth(account: ModelAccount, pricing: Pricing) {
  const bill = billOf(account, pricing, account.entries.length);
  return {
    requests: requestsOf(openEntries(account)),
    worth: (bill.billed - creditOf(bill)) * atomOf(bill.asset) + remainderOf(bill),
  };
}
