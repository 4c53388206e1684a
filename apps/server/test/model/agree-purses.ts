import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import type { Api } from '../harness/api.ts';
import { accountOf, type ModelBooks } from './books.ts';
import { assets } from './draw-names.ts';
import { holdBody } from './holds.ts';
import { pages } from './pages.ts';
import { grantBody, overdraftIn, policyOf, purseOf, pursesOf } from './prepaid.ts';
import { amountOf, amountText, signedAmountOf } from './prepaid-text.ts';
import { availableIn, heldOf } from './purse.ts';
import type { ModelGrant, ModelPurse, PurseName } from './purse-types.ts';

// biome-ignore lint/suspicious/noExplicitAny: items of every list
type Answer = any;

/** The grants of an agent in an asset, as the API lists them. */
export async function grantsIn(api: Api, { agent, asset }: PurseName): Promise<Answer[]> {
  return await pages(api, `/agents/${encodeURIComponent(agent)}/grants?asset=${asset}`, 7);
}

/** Whether the grants of an agent in an asset match the listed ones. Ids are compared if they are known. */
export function areGranted(
  books: ModelBooks,
  name: PurseName,
  nowMs: number,
  rows: readonly Answer[],
): boolean {
  const purse = purseOf(books, name, nowMs);
  if (purse.grants.length !== rows.length) return false;
  return purse.grants.every((grant, index) =>
    isDeepStrictEqual(shown(rows[index]), shownOf(purse, grant, rows[index])),
  );
}

/** A listed grant without the members that only the server knows. */
function shown({ grantedAt: _, reversalId, ...row }: Answer) {
  return { ...row, isReturned: reversalId !== null };
}

function shownOf(purse: ModelPurse, grant: ModelGrant, row: Answer) {
  const { id = row.id, ...body } = grantBody(purse, grant);
  return { id, ...body, isReturned: grant.isReturned };
}

/** The time of a read, and whether lapses and expiries up to then were recorded. */
interface Looked {
  readonly nowMs: number;
  readonly isRecorded: boolean;
}

/**
 * Asserts everything that can be read about the prepaid money of an agent in every asset, and about its holds. Learns
 * the ids of grants.
 */
export async function assertPurses(
  api: Api,
  books: ModelBooks,
  agent: string,
  looked: Looked,
): Promise<void> {
  const policy = policyOf(books, agent);
  const { mode, overdraft, asset } = (await api.get(`/agents/${encodeURIComponent(agent)}/billing`)).json;
  assert.deepEqual([mode, overdraft, asset], [policy.mode, amountText(policy.overdraft), policy.asset]);
  for (const { code } of assets) await assertPurse(api, books, { agent, asset: code }, looked);
  await assertHolds(api, books, agent);
}

/** A list of grants shows what was recorded. Until lapses and expiries are recorded, only the balance shows them. */
async function assertPurse(
  api: Api,
  books: ModelBooks,
  name: PurseName,
  { nowMs, isRecorded }: Looked,
): Promise<void> {
  const { agent, asset } = name;
  const purse = purseOf(books, name, nowMs);
  const rows = await grantsIn(api, name);
  assert.equal(rows.length, purse.grants.length, `grants of ${agent} in ${asset}`);
  for (const [index, grant] of purse.grants.entries()) grant.id ??= String(rows[index].id);
  const balance = (await api.get(`/agents/${encodeURIComponent(agent)}/balance?asset=${asset}`)).json;
  assert.deepEqual(balance, balanceBody(books, purse));
  assertConserved(balance);
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

/** Everything granted in an asset is available, held, drawn, expired or voided in this asset. */
function assertConserved(balance: Answer): void {
  const sumOf = (names: readonly string[]) =>
    names.reduce((all, name) => all + signedAmountOf(balance[name]), 0n);
  assert.equal(
    sumOf(['available', 'held', 'drawn', 'expired', 'voided']),
    sumOf(['granted', 'refunded']),
    `the amounts in ${balance.asset} do not add up`,
  );
}

function sum(purse: ModelPurse, of: (grant: ModelGrant) => bigint): bigint {
  return purse.grants.reduce((total, grant) => total + of(grant), 0n);
}

function balanceBody(books: ModelBooks, purse: ModelPurse) {
  const policy = policyOf(books, purse.agent);
  const ofKind = (wanted: ModelGrant['kind']) =>
    sum(purse, ({ kind, amount }) => (kind === wanted ? amount : 0n));
  const held = sum(purse, ({ number }) => heldOf(purse, number)) + heldOf(purse, 0);
  return {
    agent: purse.agent,
    asset: purse.asset,
    mode: policy.mode,
    available: amountText(availableIn(purse)),
    overdraft: amountText(overdraftIn(policy, purse.asset)),
    held: amountText(held),
    granted: amountText(ofKind('grant')),
    refunded: amountText(ofKind('refund')),
    drawn: amountText(sum(purse, ({ drawn }) => drawn) + purse.uncovered),
    expired: amountText(sum(purse, ({ expired }) => expired)),
    voided: amountText(sum(purse, ({ voided }) => voided)),
  };
}

async function assertHolds(api: Api, books: ModelBooks, agent: string): Promise<void> {
  const rows = await pages(api, `/holds?agent=${encodeURIComponent(agent)}`, 5);
  const held = pursesOf(books, agent).flatMap((purse) => purse.holds.map((hold) => ({ purse, hold })));
  assert.deepEqual(
    rows,
    held
      .toSorted((a, b) => a.hold.number - b.hold.number)
      .map(({ purse, hold }) =>
        holdBody(purse, hold, accountOf(books, { agent, serviceId: hold.serviceId })),
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

/**
 * Asserts that every movement continues from the previous one, and that the sums of grants, refunds, voids and draws
 * equal those of the balance.
 */
async function assertLedger(api: Api, purse: ModelPurse, balance: Answer): Promise<void> {
  const { agent, asset } = purse;
  const movements = await pages(api, `/agents/${encodeURIComponent(agent)}/ledger?asset=${asset}`, 50);
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

/**
 * Asserts the events of grants and holds, which must all be recorded, and returns how many of them are about purses.
 */
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
