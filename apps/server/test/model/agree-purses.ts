import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Api } from '../harness/api.ts';
import { accountOf, type ModelBooks } from './books.ts';
import { holdBody } from './holds.ts';
import { pages } from './pages.ts';
import { grantBody, policyOf, purseOf } from './prepaid.ts';
import { amountOf, amountText } from './prepaid-text.ts';
import { availableIn, heldOf } from './purse.ts';
import type { ModelGrant, ModelPurse } from './purse-types.ts';

// biome-ignore lint/suspicious/noExplicitAny: items of every list
type Answer = any;

/** The grants of an agent, as they are listed. */
export async function grantsIn(api: Api, agent: string): Promise<Answer[]> {
  return await pages(api, `/agents/${encodeURIComponent(agent)}/grants`, 7);
}

/** Whether the grants of an agent may be those that are listed; ids count as far as they are known. */
export function areGranted(
  books: ModelBooks,
  agent: string,
  nowMs: number,
  rows: readonly Answer[],
): boolean {
  const purse = purseOf(books, agent, nowMs);
  if (purse.grants.length !== rows.length) return false;
  return purse.grants.every((grant, index) =>
    isDeepStrictEqual(shown(rows[index]), shownOf(purse, grant, rows[index])),
  );
}

/** A grant as it is listed, without what only the server knows. */
function shown({ grantedAt: _, reversalId, ...row }: Answer) {
  return { ...row, isReturned: reversalId !== null };
}

function shownOf(purse: ModelPurse, grant: ModelGrant, row: Answer) {
  const { id = row.id, ...body } = grantBody(purse, grant);
  return { id, ...body, isReturned: grant.isReturned };
}

/**
 * Asserts what can be read of the prepaid money of an agent. Takes in the ids of grants. A list of grants shows what was
 * recorded: before that, only the balance says what has lapsed and expired.
 */
export async function assertPurse(
  api: Api,
  books: ModelBooks,
  agent: string,
  { nowMs, isRecorded }: { readonly nowMs: number; readonly isRecorded: boolean },
): Promise<void> {
  const purse = purseOf(books, agent, nowMs);
  const path = `/agents/${encodeURIComponent(agent)}`;
  const policy = policyOf(books, agent);
  const { mode, overdraft } = (await api.get(`${path}/billing`)).json;
  assert.deepEqual([mode, overdraft], [policy.mode, amountText(policy.overdraft)]);
  const rows = await grantsIn(api, agent);
  assert.equal(rows.length, purse.grants.length, `grants of ${agent}`);
  for (const [index, grant] of purse.grants.entries()) grant.id ??= String(rows[index].id);
  const balance = (await api.get(`${path}/balance`)).json;
  assert.deepEqual(balance, balanceBody(books, purse));
  await assertHolds(api, books, purse);
  await assertLedger(api, purse, balance);
  for (const row of rows) {
    const used = ['drawn', 'voided', 'expired', 'left'].reduce((all, name) => all + amountOf(row[name]), 0n);
    assert.equal(used, amountOf(row.amount), 'what was granted is not what became of it');
  }
  if (isRecorded)
    assert.deepEqual(
      rows.map(shown),
      purse.grants.map((grant, index) => shownOf(purse, grant, rows[index])),
    );
}

function sum(purse: ModelPurse, of: (grant: ModelGrant) => bigint): bigint {
  return purse.grants.reduce((total, grant) => total + of(grant), 0n);
}

function balanceBody(books: ModelBooks, purse: ModelPurse) {
  const { mode, overdraft } = policyOf(books, purse.agent);
  const ofKind = (wanted: ModelGrant['kind']) =>
    sum(purse, ({ kind, amount }) => (kind === wanted ? amount : 0n));
  const held = sum(purse, ({ number }) => heldOf(purse, number)) + heldOf(purse, 0);
  return {
    agent: purse.agent,
    asset: 'XLM',
    mode,
    available: amountText(availableIn(purse)),
    overdraft: amountText(overdraft),
    held: amountText(held),
    granted: amountText(ofKind('grant')),
    refunded: amountText(ofKind('refund')),
    drawn: amountText(sum(purse, ({ drawn }) => drawn) + purse.uncovered),
    expired: amountText(sum(purse, ({ expired }) => expired)),
    voided: amountText(sum(purse, ({ voided }) => voided)),
  };
}

async function assertHolds(api: Api, books: ModelBooks, purse: ModelPurse): Promise<void> {
  const rows = await pages(api, `/holds?agent=${encodeURIComponent(purse.agent)}`, 5);
  assert.deepEqual(
    rows,
    purse.holds.map((hold) =>
      holdBody(purse, hold, accountOf(books, { agent: purse.agent, serviceId: hold.serviceId })),
    ),
  );
}

const signs: Readonly<Record<string, bigint>> = {
  granted: 1n,
  refunded: 1n,
  released: 1n,
  drawn: -1n,
  held: -1n,
  expired: -1n,
  voided: -1n,
  covered: 0n,
};

/** Every movement follows from the one before it, and what was granted, refunded and voided are those of the balance. */
async function assertLedger(api: Api, purse: ModelPurse, balance: Answer): Promise<void> {
  const movements = await pages(api, `/agents/${encodeURIComponent(purse.agent)}/ledger`, 50);
  let available = 0n;
  const sums = new Map<string, bigint>();
  for (const [index, { number, kind, amount, available: after }] of movements.entries()) {
    assert.equal(number, index + 1);
    available += amountOf(amount) * (signs[kind] ?? assert.fail(`a movement is ${kind}`));
    sums.set(kind, (sums.get(kind) ?? 0n) + amountOf(amount));
    assert.equal(after, amountText(available));
  }
  for (const kind of ['granted', 'refunded', 'voided', 'drawn'])
    assert.equal(amountText(sums.get(kind) ?? 0n), balance[kind], kind);
}

/** Asserts the events of grants and holds, all of which were recorded, and returns how many there are of purses. */
export function assertPurseEvents(books: ModelBooks, events: readonly Answer[]): number {
  const purses = [...books.purses.values()];
  const grants = purses.flatMap((purse) => purse.grants);
  const holds = purses.flatMap((purse) => purse.holds);
  const dataOf = (wanted: string) => events.filter(({ type }) => type === wanted).map(({ data }) => data);
  const idsOf = (found: readonly { readonly id: string | undefined }[]) => found.map(({ id }) => id).sort();
  assert.deepEqual(
    dataOf('balance.granted')
      .map(({ grantId }) => grantId)
      .sort(),
    idsOf(grants),
  );
  const holdIds = (wanted: string) => idsOf(dataOf(wanted));
  assert.deepEqual(holdIds('hold.created'), idsOf(holds));
  for (const state of ['captured', 'released'])
    assert.deepEqual(holdIds(`hold.${state}`), idsOf(holds.filter((hold) => hold.state === state)), state);
  const hasLapsed = ({ state, wasLapsed }: (typeof holds)[number]) => state === 'lapsed' || wasLapsed;
  assert.deepEqual(holdIds('hold.lapsed'), idsOf(holds.filter(hasLapsed)));
  for (const { id, expired } of grants) {
    const said = dataOf('grant.expired').filter(({ grantId }) => grantId === id);
    assert.equal(
      said.reduce((all, data) => all + amountOf(data.expired), 0n),
      expired,
      `grant ${id}`,
    );
  }
  return events.filter(({ type }) => /^(balance|grant|hold)\./.test(type)).length;
}
