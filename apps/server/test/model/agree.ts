import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Api } from '../harness/api.ts';
import {
  billOf,
  creditOf,
  isEmptyBill,
  isUnsettled,
  leftOf,
  type ModelAccount,
  type ModelEntry,
  remainderOf,
  requestsOf,
  settledThrough,
  totalOf,
} from './account.ts';
import { assertPurse, assertPurseEvents } from './agree-purses.ts';
import { accountOf, liveService, type ModelBooks } from './books.ts';
import { pricesBody } from './dated.ts';
import { agents, services } from './draw-names.ts';
import { pages } from './pages.ts';
import { amountText } from './prepaid-text.ts';
import {
  amountBody,
  billedText,
  costOfPart,
  priceBody,
  type UnitPrice,
  unitPriceBody,
  unpriced,
} from './prices.ts';
import {
  lineBodies,
  openWorth,
  prepaidBody,
  quoteBody,
  reversesBody,
  unseenId,
  writesOffBody,
} from './settling.ts';
import { tiersBody } from './tiers.ts';
import { quantityBody } from './units.ts';
import { type AccountName, pathOf } from './write.ts';

// biome-ignore lint/suspicious/noExplicitAny: items of every list
type Answer = any;

const iso = (ms: number) => new Date(ms).toISOString();

/** Asserts that all that can be read of a tenant's books is what the model has. Takes in the ids of entries. */
export async function assertAgreed(api: Api, books: ModelBooks, nowMs: number): Promise<void> {
  for (const agent of agents) {
    await assertPurse(api, books, agent, { nowMs, isRecorded: true });
    for (const serviceId of services) await assertAccount(api, books, { agent, serviceId }, nowMs);
  }
  await assertSums(api, books, nowMs);
  await assertServices(api, books, nowMs);
  await assertLists(api, books);
  await assertAudit(api, books);
}

/** Asserts what can be read of one account, and returns the entity tag of its quote. */
export async function assertAccount(
  api: Api,
  books: ModelBooks,
  names: AccountName,
  nowMs: number,
): Promise<string | undefined> {
  const { agent, serviceId } = names;
  const account = accountOf(books, names);
  const at = pathOf(names);
  assert.deepEqual((await api.get(`/usage/${at}`)).json, {
    agent,
    serviceId,
    total: totalOf(account),
    ...(account.entries.length === 0 ? {} : quantityBody(totalOf(account), account)),
  });
  const rows = await entriesIn(api, names);
  assert.equal(rows.length, account.entries.length, at);
  for (const [index, entry] of account.entries.entries()) entry.id ??= String(rows[index].id);
  const { prices } = books.services.get(serviceId) ?? unpriced;
  assert.deepEqual(
    rows,
    account.entries.map((entry, index) => knownRow(account, entry, prices, rows[index])),
    at,
  );
  const quote = await api.get(`/billing/${at}`);
  const service = books.services.get(serviceId);
  if (service === undefined || (service.isDeleted && !isUnsettled(account))) {
    assert.equal(quote.status, 404, quote.text);
    return undefined;
  }
  assert.deepEqual(quote.json, quoteBody(account, service, account.entries.length, nowMs), at);
  return String(quote.headers.get('etag'));
}

/** The entries of an account, as they are listed. */
export async function entriesIn(api: Api, { agent, serviceId }: AccountName): Promise<Answer[]> {
  const filter = `agent=${encodeURIComponent(agent)}&serviceId=${encodeURIComponent(serviceId)}`;
  return await pages(api, `/entries?${filter}`, 7);
}

/** Whether the entries of an account may be those that are listed; ids count as far as they are known. */
export function areListed(account: ModelAccount, rows: readonly Answer[]): boolean {
  if (account.entries.length !== rows.length) return false;
  return account.entries.every((entry, index) => {
    const { id, requests, usageId, priceVersion, ...rest } = entryRow(account, entry);
    const row = rows[index];
    const isSame =
      row.requests === requests &&
      row.usageId === usageId &&
      row.priceVersion === priceVersion &&
      isDeepStrictEqual(row.tiers, rest.tiers);
    return isSame && (id === undefined || row.id === id);
  });
}

function entryRow(account: ModelAccount, entry: ModelEntry) {
  const { id, sequence, parts, usageId, occurredAtMs, recordedAtMs, reverses, writesOff, drawn, begun } =
    entry;
  const { agent, serviceId } = account;
  const [only, ...others] = parts;
  const priceVersion = only === undefined || only.version === 0 || others.length > 0 ? null : only.version;
  return {
    id,
    agent,
    serviceId,
    sequence,
    requests: requestsOf([entry]),
    ...quantityBody(requestsOf([entry]), account),
    priceVersion,
    usageId: usageId ?? null,
    occurredAt: occurredAtMs === undefined ? null : iso(occurredAtMs),
    recordedAt: iso(recordedAtMs),
    ...(reverses === undefined
      ? {}
      : {
          reverses: {
            ...reversesBody(account, entry),
            reason: reverses.entry === undefined ? null : 'wrong',
          },
        }),
    ...(writesOff === undefined ? {} : { writesOff: writesOffBody(writesOff) }),
    ...(drawn === undefined ? {} : { drawn: amountText(drawn) }),
    ...(begun === undefined ? {} : { tiers: tiersBody(only?.tiers ?? [], account.scale) }),
  };
}

/** An entry as it is listed, with what became of it. The id of a bill that no answer has named is that of the row. */
function knownRow(account: ModelAccount, entry: ModelEntry, prices: readonly UnitPrice[], row: Answer) {
  const { sequence, parts, reversed } = entry;
  const priceOf = (version: number) => prices[Math.max(version, 1) - 1];
  const amounts = parts.map((part) => {
    const price = priceOf(part.version);
    return price === undefined ? undefined : costOfPart(part, price, account.scale);
  });
  const isPriced = amounts.every((amount) => amount !== undefined);
  const [only, ...others] = parts;
  const isInTiers = parts.some(({ tiers }) => tiers !== undefined);
  const isAtOne = only !== undefined && others.length === 0 && !isInTiers;
  const price = isAtOne ? priceOf(only.version) : undefined;
  const bill = account.settlements.find(({ from, through }) => from < sequence && sequence <= through);
  return {
    ...entryRow(account, entry),
    ...noPrice,
    ...(price === undefined ? {} : unitPriceBody(price.ofOne)),
    ...(isPriced ? amountBody(amounts.reduce((sum: bigint, amount) => sum + (amount ?? 0n), 0n)) : {}),
    asset: 'XLM',
    settlementId: bill === undefined ? null : bill.id === unseenId ? row.settlementId : bill.id,
    reversed: reversed > 0 && leftOf(entry) === 0,
    reversedRequests: reversed,
  };
}

const noPrice = { priceStroops: null, price: null, amountStroops: null, amount: null };

async function assertSums(api: Api, books: ModelBooks, nowMs: number): Promise<void> {
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
  const billing = { total: 0n, disabled: 0n, credit: 0n, unpriced: 0 };
  for (const account of accounts) {
    const service = books.services.get(account.serviceId);
    if (service === undefined) {
      billing.unpriced += totalOf(account);
      continue;
    }
    const bill = billOf(account, service, account.entries.length);
    const { billed } = bill;
    billing.credit += creditOf(bill);
    billing.total += billed;
    if (service.isDisabled) billing.disabled += billed;
  }
  assert.deepEqual((await api.get('/billing/total')).json, {
    totalStroops: String(billing.total),
    disabledStroops: String(billing.disabled),
    creditStroops: String(billing.credit),
    unpricedRequests: billing.unpriced,
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
    const isEmpty = isEmptyBill(bill) && creditOf(bill) === 0n;
    return isEmpty ? [] : [{ ...quoteBody(account, pricing, account.entries.length, nowMs), bill }];
  });
  const sorted = quotes.sort((a, b) => (a.serviceId < b.serviceId ? -1 : 1));
  const path = `/agents/${encodeURIComponent(agent)}/quote`;
  assert.deepEqual(
    await pages(api, path, 2),
    sorted.map(({ bill: _, ...quote }) => quote),
  );
  const { totalBilledStroops, totalCreditStroops } = (await api.get(path)).json;
  const sumOf = (of: (bill: (typeof quotes)[number]['bill']) => bigint) =>
    String(quotes.reduce((sum, { bill }) => sum + of(bill), 0n));
  assert.deepEqual(
    [totalBilledStroops, totalCreditStroops],
    [sumOf(({ billed }) => billed), sumOf(creditOf)],
  );
}

async function assertServices(api: Api, books: ModelBooks, nowMs: number): Promise<void> {
  const live = services.filter((serviceId) => liveService(books, serviceId) !== undefined).sort();
  const rows = await pages(api, '/services', 2, 'services');
  assert.deepEqual(
    rows.map(({ description: _, owner: __, unit: ___, ...row }) => row),
    live.map((serviceId) => {
      const service = liveService(books, serviceId);
      return {
        serviceId,
        ...(service === undefined ? {} : withoutAbsent(pricesBody(service, nowMs))),
        disabled: service?.isDisabled,
        ...(service === undefined || service.scale === 0 ? {} : { unitScale: service.scale }),
      };
    }),
  );
  for (const serviceId of live) {
    const versions = await pages(api, `/services/${encodeURIComponent(serviceId)}/prices`, 2);
    assert.deepEqual(
      versions.map(({ setAt: _, withdrawnAt: __, ...price }) => price),
      liveService(books, serviceId)?.prices.map((price, index) => {
        const effectiveFrom = liveService(books, serviceId)?.stated[index]?.effectiveFrom;
        return withoutAbsent({ version: index + 1, ...priceBody(price), effectiveFrom });
      }),
    );
  }
}

function withoutAbsent(body: object): object {
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
}

/** Every entry, settlement and event of the tenant is in its list once, and nothing else is. */
async function assertLists(api: Api, books: ModelBooks): Promise<void> {
  const accounts = [...books.accounts.values()];
  const entries = accounts.flatMap((account) => account.entries.map((entry) => entryRow(account, entry)));
  const rows = byId(await pages(api, '/entries', 11));
  const states = [
    'priceStroops',
    'price',
    'amountStroops',
    'amount',
    'asset',
    'settlementId',
    'reversed',
    'reversedRequests',
  ];
  // `assertAccount` has compared what became of them.
  assert.deepEqual(
    rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !states.includes(name)))),
    byId(entries),
  );
  const listed = await pages(api, '/settlements', 3);
  learnSettlements(accounts, listed);
  const bills = accounts.flatMap(settlementRows);
  assert.deepEqual(byId(listed), byId(bills));
  for (const bill of bills) {
    const covered = await pages(api, `/settlements/${bill.id}/entries`, 4);
    const { entries: own } = accountOf(books, bill);
    assert.deepEqual(
      covered.map(({ id }) => id),
      own.slice(bill.from, bill.through).map(({ id }) => id),
    );
  }
  await assertEvents(api, books, entries, bills);
}

/** Takes in the ids of settlements that no answer has named: those that a write-off made. */
function learnSettlements(accounts: readonly ModelAccount[], listed: readonly Answer[]): void {
  for (const { agent, serviceId, settlements } of accounts) {
    for (const [index, settlement] of settlements.entries()) {
      if (settlement.id !== unseenId) continue;
      const row = listed.find(
        (one) => one.agent === agent && one.serviceId === serviceId && one.number === index + 1,
      );
      settlement.id = String(row?.id);
    }
  }
}

function settlementRows(account: ModelAccount) {
  const { agent, serviceId } = account;
  return account.settlements.map((settlement, index) => {
    const { id, from, through, requests, lines, carried, remainder, billed, settledAtMs } = settlement;
    return {
      ...prepaidBody(settlement),
      id,
      agent,
      serviceId,
      number: index + 1,
      from,
      through,
      requests,
      ...quantityBody(requests, account),
      lines: lines.flatMap((line) => lineBodies(line, settlement)),
      carriedStroops: String(carried),
      remainder: amountText(remainder),
      billedStroops: String(billed),
      amount: billedText(billed),
      asset: 'XLM',
      carriedOnStroops: String(-creditOf(settlement)),
      remainderOn: amountText(remainderOf(settlement)),
      settledAt: iso(settledAtMs),
      runId: null,
    };
  });
}

async function assertEvents(
  api: Api,
  books: ModelBooks,
  entries: readonly Answer[],
  bills: readonly Answer[],
): Promise<void> {
  const events = await pages(api, '/events?order=asc', 13);
  assert.equal(new Set(events.map(({ id }) => id)).size, events.length, 'an event is listed twice');
  const ids = events.map(({ id }) => id);
  assert.deepEqual(ids, [...ids].sort(), 'events are not in the order of their ids');
  const dataOf = (...types: readonly string[]) =>
    byId(events.filter(({ type }) => types.includes(type)).map(({ data }) => data));
  const isRecorded = ({ reverses, writesOff }: Answer) => reverses === undefined && writesOff === undefined;
  assert.deepEqual(dataOf('usage.recorded'), byId(entries.filter(isRecorded)));
  assert.deepEqual(
    dataOf('credit.written_off'),
    byId(entries.filter(({ writesOff }) => writesOff !== undefined)),
  );
  assert.deepEqual(dataOf('usage.reversed'), byId(entries.filter(({ reverses }) => reverses !== undefined)));
  assert.deepEqual(dataOf('usage.settled'), byId(bills));
  const noted = events.filter(({ type }) => type.startsWith('service.'));
  const textOf = ({ type, serviceId }: { readonly type: string; readonly serviceId: string }) =>
    `${type} ${serviceId}`;
  assert.deepEqual(
    noted.map(({ type, data }) => textOf({ type, serviceId: data.serviceId })).sort(),
    books.events.map(textOf).sort(),
  );
  const ofPurses = assertPurseEvents(books, events);
  assert.equal(events.length, entries.length + bills.length + noted.length + ofPurses);
}

function byId(rows: readonly Answer[]): Answer[] {
  return [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
}

export function countEntries({ accounts }: ModelBooks): number {
  return [...accounts.values()].reduce((sum, { entries }) => sum + entries.length, 0);
}

async function assertAudit(api: Api, books: ModelBooks): Promise<void> {
  const audit = (await api.get('/audit')).json;
  assert.deepEqual(audit.differences, []);
  const accounts = [...books.accounts.values()];
  const sums = { recorded: 0, reversed: 0, settled: 0, settledStroops: 0n, open: 0, openStroops: 0n };
  const entries = accounts.flatMap((account) => account.entries);
  const writtenOff = entries.reduce((sum, { writesOff = 0n }) => sum + writesOff, 0n);
  assert.deepEqual(audit.writtenOff, { stroops: String(writtenOff) });
  for (const account of accounts) {
    const open = openWorth(account, books.services.get(account.serviceId) ?? unpriced);
    sums.recorded += requestsOf(account.entries.filter(({ reverses }) => reverses === undefined));
    sums.reversed -= requestsOf(account.entries.filter(({ reverses }) => reverses !== undefined));
    sums.settled += requestsOf(account.entries.slice(0, settledThrough(account)));
    sums.settledStroops += account.settlements.reduce((sum, { billed }) => sum + billed, 0n);
    sums.open += open.requests;
    sums.openStroops += open.stroops;
  }
  assert.equal(audit.ok, true);
  assert.equal(audit.accounts, accounts.length);
  assert.equal(audit.entries, countEntries(books));
  assert.equal(
    audit.settlements,
    accounts.reduce((sum, { settlements }) => sum + settlements.length, 0),
  );
  assert.equal(audit.recorded.requests, sums.recorded);
  assert.equal(audit.reversed.requests, sums.reversed);
  assert.deepEqual(audit.settled, { requests: sums.settled, stroops: String(sums.settledStroops) });
  // Usage that has no price yet comes to nothing in the sums of the audit, as in the model.
  assert.deepEqual(audit.outstanding, { requests: sums.open, stroops: String(sums.openStroops) });
}
