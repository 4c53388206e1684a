import {
  type Bill,
  billOf,
  creditOf,
  drawnForSome,
  isEmptyBill,
  isUnsettled,
  isUsage,
  type Line,
  leftOf,
  type ModelAccount,
  openEntries,
  openUsage,
  partsOf,
  reachedBy,
  remainderOf,
  requestsOf,
  settledThrough,
  totalOf,
} from './account.ts';
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
import type { TierCount } from './parts.ts';
import { refund } from './prepaid.ts';
import { amountText } from './prepaid-text.ts';
import {
  amountBody,
  billedText,
  costOfPart,
  type Pricing,
  priceAt,
  type UnitPrice,
  unitPriceBody,
  unpriced,
} from './prices.ts';
import { giveRoom, shownTiers, takenOf, tiersBody } from './tiers.ts';
import { quantityBody, type Use, partsOf as unitParts } from './units.ts';

/** A quote as it is answered, with where it begins: two quotes have one tag if and only if this is the same. */
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
    creditStroops: String(creditOf(bill)),
  };
}

/** What of a bill was paid from a purse; nothing is said of it where that was nothing. */
export function prepaidBody({ lines, paid, billed }: Bill) {
  if (paid === 0n) return {};
  const cost = lines.reduce((sum, { amount }) => sum + amount, 0n);
  return {
    prepaid: { cost: amountText(cost), paid: amountText(paid), due: amountText(billed * 10n ** 11n) },
  };
}

/** What a bill says of one of its lines: of each tier separately. */
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
    ...unitPriceBody(price),
    ...amountBody(amount),
  };
}

function billBody(bill: Bill, inForce: UnitPrice | undefined) {
  const { requests, lines, carried, billed, remainder } = bill;
  return {
    ...prepaidBody(bill),
    requests,
    ...quantityBody(requests, bill),
    ...unitPriceBody(inForce?.ofOne ?? 0n),
    billedStroops: String(billed),
    amount: billedText(billed),
    asset: 'XLM',
    lines: lines.flatMap((line) => lineBodies(line, bill)),
    carriedStroops: String(carried),
    remainder: amountText(remainder),
    remainderOn: amountText(remainderOf(bill)),
  };
}

/** Entity tags that were seen, by the text of their quote: see `quoteText`. */
export type Tags = ReadonlyMap<string, string>;

export function settleOne(books: ModelBooks, write: WriteOf<'settle'>, moment: Moment, tags: Tags): Expected {
  if (moment.gate !== undefined) return refused(moment.gate);
  const { agent, serviceId, through, expectedStroops, ifMatch } = write;
  const service = books.services.get(serviceId);
  const account = accountOf(books, write);
  if (service === undefined || (service.isDeleted && !isUnsettled(account))) return refused('not_found');
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
  if (expectedStroops !== undefined && expectedStroops !== String(bill.billed)) return quoteChanged;
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

/** Settles a range, and says what the answer says of it; its settlement has no id yet. */
function settle(account: ModelAccount, bill: Bill, through: number, pricing: Pricing, { nowMs }: Moment) {
  const inForce = priceAt(pricing, nowMs, reachedBy(account));
  const body = { serviceId: account.serviceId, ...billBody(bill, inForce) };
  if (isEmptyBill(bill)) return { ...body, settlementId: null };
  account.settlements.push({ ...bill, id: '', from: settledThrough(account), through, settledAtMs: nowMs });
  return body;
}

/** Takes in the ids of new settlements, each of which is new. */
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
  const items = priced.map((account) => {
    const pricing = books.services.get(account.serviceId) ?? unpriced;
    const { length } = account.entries;
    return settle(account, billOf(account, pricing, length), length, pricing, moment);
  });
  const total = items.reduce((sum, { billedStroops }) => sum + BigInt(billedStroops), 0n);
  return done(200, { agent, items, totalBilledStroops: String(total), skipped }, ({ json }) =>
    learnBills(books, priced, json.items),
  );
}

export function reverseOne(
  books: ModelBooks,
  { entryId, ...wanted }: WriteOf<'reverse'>,
  { nowMs, gate }: Moment,
): Expected {
  if (gate !== undefined) return refused(gate);
  for (const account of books.accounts.values()) {
    const entry = account.entries.find(({ id }) => id === entryId);
    if (entry === undefined) continue;
    if (!isUsage(entry)) return refused('not_reversible');
    const left = leftOf(entry);
    if (left === 0) return refused('already_reversed');
    const taken = partsTaken(wanted, account, left);
    if (taken === undefined) return refused('invalid_quantity');
    if (taken > left + entry.reversed) return refused('not_reversible');
    if (taken > left) return refused('already_reversed');
    const { sequence } = entry;
    const part = takenOf(entry, taken, account.scale);
    if (part === undefined) return refused('not_reversible');
    entry.reversed += taken;
    giveRoom(account, entry, part);
    const reverses = { from: sequence - 1, through: sequence, entry: sequence };
    const parts = [part];
    const returned = drawnForSome(entry, part, account.scale);
    const drawn = entry.drawn === undefined ? undefined : -returned;
    const made = addEntry(books, account, nowMs, { parts, reverses, drawn });
    refund(books, account.agent, returned, nowMs);
    const { agent, serviceId } = account;
    const body = {
      agent,
      serviceId,
      sequence: made.sequence,
      requests: requestsOf([made]),
      ...quantityBody(requestsOf([made]), account),
    };
    return done(
      201,
      { ...body, reverses: { ...reversesBody(account, made), reason: 'wrong' } },
      ({ location }) => learnEntry(books, made, location),
    );
  }
  return refused('not_found');
}

/** Requests of a reversal are smallest parts, as answers show them. */
function partsTaken(wanted: Use, { scale }: ModelAccount, left: number): number | undefined {
  return wanted.quantity === undefined ? (wanted.requests ?? left) : unitParts(wanted, scale);
}

/** What is taken back, as it is shown. */
function takenBack({ requests, charged, ...count }: TierCount): TierCount {
  return { ...count, requests: 0 - requests, charged: 0 - charged };
}

/** What an entry says that it takes back. */
export function reversesBody(account: ModelAccount, { reverses, parts }: ModelAccount['entries'][number]) {
  if (reverses === undefined) return undefined;
  return {
    entryId: reverses.entry === undefined ? null : account.entries[reverses.entry - 1]?.id,
    from: reverses.from,
    through: reverses.through,
    lines: parts.map(({ version, requests, tiers }) => ({
      priceVersion: version === 0 ? null : version,
      requests: -requests,
      ...(tiers === undefined ? {} : { tiers: tiersBody(tiers.map(takenBack), account.scale) }),
    })),
  };
}

export function clearAll(books: ModelBooks, write: WriteOf<'clear'>, { nowMs, gate }: Moment): Expected {
  if (gate !== undefined) return refused(gate);
  const { agent, serviceId } = write;
  const account = accountOf(books, write);
  if (account.entries.length === 0) return refused('not_found');
  const taken = openUsage(account);
  const clearedTotal = taken.reduce((sum, entry) => sum + leftOf(entry), 0);
  const body = { agent, serviceId, clearedTotal };
  if (taken.length === 0) return done(200, body, ({ location }) => location === null);
  const from = Math.max(settledThrough(account), account.clearedThrough);
  const through = account.entries.length;
  account.clearedThrough = through;
  const back = taken.flatMap((entry) => {
    const part = takenOf(entry, leftOf(entry), account.scale);
    return part === undefined ? [] : [{ entry, part }];
  });
  const parts = partsOf(back.map(({ part }) => part));
  const returned = back.reduce((sum, { entry, part }) => sum + drawnForSome(entry, part, account.scale), 0n);
  for (const { entry, part } of back) {
    entry.reversed += leftOf(entry);
    giveRoom(account, entry, part);
  }
  const drawn = returned === 0n ? undefined : -returned;
  const made = addEntry(books, account, nowMs, {
    parts,
    drawn,
    reverses: { from, through, entry: undefined },
  });
  refund(books, agent, returned, nowMs);
  return done(200, body, ({ location }) => learnEntry(books, made, location));
}

/** The id of a settlement that no answer has told yet. */
export const unseenId = 'unseen';

/** Settles what is open, for a bill of 0, and takes away what could not be billed. */
export function writeOff(books: ModelBooks, write: WriteOf<'write_off'>, { nowMs, gate }: Moment): Expected {
  if (gate !== undefined) return refused(gate);
  const { serviceId, expectedStroops } = write;
  const service = books.services.get(serviceId);
  const account = accountOf(books, write);
  if (service === undefined || (service.isDeleted && !isUnsettled(account))) return refused('not_found');
  const through = account.entries.length;
  const bill = billOf(account, service, through);
  const credit = creditOf(bill);
  if (credit === 0n) return refused('no_credit');
  if (expectedStroops !== undefined && expectedStroops !== String(credit)) {
    return refused('quote_changed', { quote: quoteBody(account, service, through, nowMs) });
  }
  const from = settledThrough(account);
  if (from < through) account.settlements.push({ ...bill, id: unseenId, from, through, settledAtMs: nowMs });
  const made = addEntry(books, account, nowMs, { parts: [], writesOff: credit });
  const body = { sequence: made.sequence, requests: 0, priceVersion: null, writesOff: writesOffBody(credit) };
  return done(201, body, ({ location }) => learnEntry(books, made, location));
}

/** What an entry says that it takes off a credit. */
export function writesOffBody(stroops: bigint) {
  return { kind: 'write_off', stroops: String(stroops), reason: 'closed' };
}

/** Requests and stroops that are open on an account, credits among them, as the audit counts them. */
export function openWorth(account: ModelAccount, pricing: Pricing) {
  const bill = billOf(account, pricing, account.entries.length);
  return {
    requests: requestsOf(openEntries(account)),
    stroops: bill.billed - creditOf(bill),
  };
}
