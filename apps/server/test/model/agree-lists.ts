import assert from 'node:assert/strict';
import type { Api } from '../harness/api.ts';
import { creditOf, type ModelAccount, remainderOf } from './account.ts';
import { entryRow } from './agree-accounts.ts';
import { assertPurseEvents } from './agree-purses.ts';
import { atomsBody } from './assets.ts';
import { accountOf, type ModelBooks } from './books.ts';
import { assetOf } from './known-assets.ts';
import { pages } from './pages.ts';
import { amountText } from './prepaid-text.ts';
import { billedBody, lineBodies, prepaidBody, unseenId } from './settling.ts';
import { quantityBody } from './units.ts';

// biome-ignore lint/suspicious/noExplicitAny: items of every list
type Answer = any;

const iso = (ms: number) => new Date(ms).toISOString();

/** Asserts that every entry, settlement and event of the tenant is in its list exactly once, and nothing else. */
export async function assertLists(api: Api, books: ModelBooks): Promise<void> {
  const accounts = [...books.accounts.values()];
  const entries = accounts.flatMap((account) =>
    account.entries.map((entry) => entryRow(account, entry, assetOf(books, account.serviceId))),
  );
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
  // `assertAccount` has compared their reversals and settlements.
  const recorded = (row: Answer) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !states.includes(name)));
  assert.deepEqual(rows.map(recorded), byId(entries).map(recorded));
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

/** Learns the ids of settlements that no answer has named: those that a write-off made. */
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
    const { id, asset, from, through, requests, lines, carried, remainder, settledAtMs } = settlement;
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
      ...atomsBody('carried', carried, asset),
      remainder: amountText(remainder),
      ...billedBody(settlement),
      ...atomsBody('carriedOn', -creditOf(settlement), asset),
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
