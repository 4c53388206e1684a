// What time alone does to balances and holds, and how many ids that takes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleGrant, exampleHold } from '../../test/harness/example-money.ts';
import { type Balance, emptyBalance } from './balance.ts';
import { levelEventsMax } from './balance-events.ts';
import { BalanceMoves } from './balance-moves.ts';
import { type AgentBilling, noBilling } from './billing.ts';
import type { Hold } from './hold.ts';
import { LoadedView } from './loaded-view.ts';
import { afterTime, lapsedBy, passedTime, passedTimeIdsMax } from './passed-time.ts';
import { noWants } from './wants.ts';

const nowMs = 100;

/** A balance with two grants, of which one has expired, and a hold of 12 on both. */
function heldBalance(asset = 'XLM'): { readonly balance: Balance; readonly hold: Hold } {
  const moves = new BalanceMoves(emptyBalance('a', asset), 0);
  moves.grant(exampleGrant({ id: `${asset}-1`, expiresAtMs: 90 }));
  moves.grant(exampleGrant({ id: `${asset}-2`, expiresAtMs: 200 }));
  const parts = moves.hold(12n, `hold-${asset}`);
  const names = { id: `hold-${asset}`, place: `hold-${asset}`, asset };
  return { balance: moves.balance, hold: exampleHold({ ...names, parts, amount: 12n, expiresAtMs: 95 }) };
}

function viewOf(billing: Partial<AgentBilling>): LoadedView {
  const view = new LoadedView({ ...noWants(), billings: new Map([['a', 'always']]) }, nowMs);
  view.agentBillings.set('a', { ...noBilling('a'), isKnown: true, ...billing });
  return view;
}

test('due holds lapse in the order of their times, then of their places, in their own balance only', () => {
  const due = (place: string, expiresAtMs: number, changed: Partial<Hold> = {}) =>
    exampleHold({ id: place, place, expiresAtMs, ...changed });
  const inOrder = [due('b', 10), due('a', 20), due('c', 20), due('d', 20), due('0', 100)];
  const others = [due('e', 20, { asset: 'USD' }), due('f', 20, { state: 'captured' }), due('g', 101)];
  for (const mixed of [
    [...inOrder, ...others],
    [...others, ...inOrder.toReversed()],
  ]) {
    const lapsed = lapsedBy({ ...noBilling('a'), dueHolds: mixed }, emptyBalance('a', 'XLM'), nowMs);
    assert.deepEqual(
      lapsed.map(({ id }) => id),
      ['b', 'a', 'c', 'd', '0'],
    );
  }
});

test('lapsed holds and expired grants of each balance are recorded with their events', () => {
  const [xlm, usd] = [heldBalance('XLM'), heldBalance('USD')];
  const still = { ...emptyBalance('a', 'POINT'), granted: 5n };
  const view = viewOf({ balances: [xlm.balance, still, usd.balance], dueHolds: [xlm.hold, usd.hold] });
  let ids = 0;
  const changes = passedTime(view, nowMs, () => `id-${++ids}`);
  assert.deepEqual(
    changes.balances.map(({ asset, held, expired }) => [asset, held, expired]),
    [
      ['XLM', 0n, 10n],
      ['USD', 0n, 10n],
    ],
  );
  assert.deepEqual(
    changes.holds.map(({ id, state, endedAtMs }) => [id, state, endedAtMs]),
    [
      ['hold-XLM', 'lapsed', 95],
      ['hold-USD', 'lapsed', 95],
    ],
  );
  const types = ['hold.lapsed', 'grant.expired'];
  assert.deepEqual(
    changes.events.map(({ type }) => type).filter((type) => types.includes(type)),
    [...types, ...types],
  );
  assert.ok(ids <= passedTimeIdsMax(view, nowMs));
});

test('a grant does not expire while other holds of its balance have to lapse first', () => {
  const { balance } = heldBalance();
  const free = { ...balance, open: balance.open.map((grant) => ({ ...grant, held: 0n })), held: 0n };
  assert.equal(afterTime(free, [], nowMs).balance.expired, 10n);
  assert.equal(afterTime(free, [], nowMs, false).balance, free);
});

test('the ids that passing time takes are counted for each balance, expired grant, hold and part of a hold', () => {
  const { balance, hold } = heldBalance();
  const count = (billing: Partial<AgentBilling>) => passedTimeIdsMax(viewOf(billing), nowMs);
  assert.equal(count({}), 0);
  assert.equal(count({ balances: [balance] }), levelEventsMax + 1);
  assert.equal(count({ balances: [balance, balance] }), 2 * (levelEventsMax + 1));
  assert.equal(count({ balances: [balance], dueHolds: [hold] }), levelEventsMax + 1 + 3);
  assert.equal(count({ balances: [balance], dueHolds: [hold, hold] }), levelEventsMax + 1 + 6);
});
