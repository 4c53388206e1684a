// How usage is paid for, whose policy holds, and what a payment refuses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleGrant, exampleHold } from '../../test/harness/example-money.ts';
import { type Balance, emptyBalance, refundsOpenMax } from './balance.ts';
import { BalanceMoves } from './balance-moves.ts';
import { type BillingPolicy, everyAgent, noBilling, policyDefault } from './billing.ts';
import { LoadedView } from './loaded-view.ts';
import { balanceChanges, payFor, policyFor, refundOf, refusalOf, serviceUnpriced } from './payment.ts';
import { noWants } from './wants.ts';

const prepaid: BillingPolicy = { ...policyDefault, mode: 'prepaid' };
const moment = { nowMs: 50, nextId: () => 'id' };
const bought = { agent: 'a', serviceId: 's', entryId: 'entry', asset: 'XLM', cost: 4n };

interface Known {
  readonly agent?: string;
  readonly balances?: readonly Balance[];
  readonly own?: BillingPolicy;
  readonly ofTenant?: BillingPolicy;
}

/** What a command sees of an agent that has these balances and policies. */
function viewOf({ agent = 'a', balances = [], own, ofTenant }: Known): LoadedView {
  const view = new LoadedView({ ...noWants(), billings: new Map([[agent, 'always']]) }, moment.nowMs);
  const isKnown = balances.length > 0 || own !== undefined;
  if (isKnown) view.agentBillings.set(agent, { ...noBilling(agent), isKnown, policy: own, balances });
  view.ownDefaultPolicy = ofTenant;
  return view;
}

/** A balance with grants of these amounts. */
function balanceOf(asset: string, ...amounts: readonly bigint[]): Balance {
  const moves = new BalanceMoves(emptyBalance('a', asset), 0);
  for (const [at, amount] of amounts.entries()) moves.grant(exampleGrant({ id: `${asset}-${at}`, amount }));
  return moves.balance;
}

test('the policy of an agent holds before that of its tenant, and that before none', () => {
  const own = { ...prepaid, overdraft: 1n };
  const ofTenant = { ...prepaid, overdraft: 2n };
  assert.deepEqual(policyFor('a', viewOf({ own, ofTenant })), { policy: own, source: 'agent' });
  assert.deepEqual(policyFor('a', viewOf({ ofTenant })), { policy: ofTenant, source: 'tenant' });
  assert.deepEqual(policyFor('a', viewOf({})), { policy: policyDefault, source: 'none' });
  const tenantAlone = viewOf({ agent: everyAgent, own });
  assert.deepEqual(policyFor(everyAgent, tenantAlone), { policy: own, source: 'tenant' });
});

test('an agent is known from its first movement on', () => {
  const moves = new BalanceMoves(balanceOf('XLM', 5n), 0);
  assert.deepEqual(balanceChanges(moves, viewOf({})).policies, [{ agent: 'a', policy: undefined }]);
  assert.deepEqual(balanceChanges(moves, viewOf({ balances: [moves.balance] })).policies, []);
});

test('a prepaid agent pays from its balance, and another one by a later bill', () => {
  const balances = [balanceOf('XLM', 10n)];
  const paid = payFor(bought, viewOf({ balances, own: prepaid }), moment);
  assert.ok(paid.kind === 'drawn');
  assert.deepEqual([paid.amount, paid.available], [4n, 6n]);
  assert.deepEqual(payFor(bought, viewOf({ balances }), moment), { kind: 'due', changes: {} });
  const unpriced = payFor({ ...bought, cost: undefined }, viewOf({ balances, own: prepaid }), moment);
  assert.deepEqual(unpriced, { kind: 'refused', refusal: serviceUnpriced('s') });
  assert.match(serviceUnpriced('s').message, /service s has no price/);
});

test('a hold that reserved money is paid from it, also if its agent is postpaid by now', () => {
  const moves = new BalanceMoves(balanceOf('XLM', 10n), 0);
  const parts = moves.hold(4n, 'hold');
  const balances = [moves.balance];
  const hold = exampleHold({ parts, amount: 4n });
  const paid = payFor({ ...bought, hold }, viewOf({ balances }), moment);
  assert.equal(paid.kind, 'drawn');
  assert.deepEqual(paid.kind === 'drawn' && paid.changes.balances?.map(({ held, drawn }) => [held, drawn]), [
    [0n, 4n],
  ]);

  const reservedNothing = { ...exampleHold({ isPrepaid: false }) };
  const due = payFor({ ...bought, hold: reservedNothing }, viewOf({ balances }), moment);
  assert.equal(due.kind, 'due');
  const lapsed = payFor({ ...bought, hold: { ...hold, state: 'lapsed' } }, viewOf({ balances }), moment);
  assert.deepEqual(lapsed, { kind: 'due', changes: {} });
});

test('a hold in another asset ends in its own balance, and its usage is paid from that of the service', () => {
  const xlm = new BalanceMoves(balanceOf('XLM', 10n), 0);
  xlm.hold(0n, 'hold');
  const balances = [xlm.balance, balanceOf('USD', 10n)];
  const paid = payFor(
    { ...bought, asset: 'USD', hold: exampleHold({ isPrepaid: false }) },
    viewOf({ balances, own: prepaid }),
    moment,
  );
  assert.ok(paid.kind === 'drawn');
  const { changes } = paid;
  assert.deepEqual(
    changes.balances?.map(({ asset, drawn, openHolds }) => [asset, drawn, openHolds]),
    [
      ['USD', 4n, 0],
      ['XLM', 0n, 0],
    ],
  );
  assert.deepEqual(
    changes.grants?.map(({ asset }) => asset),
    ['USD'],
  );
  assert.deepEqual(
    changes.movements?.map(({ asset, kind, entryId }) => [asset, kind, entryId]),
    [['USD', 'drawn', 'entry']],
  );
});

test('what a hold in another asset reserved is freed with the names of the hold and the usage', () => {
  const xlm = new BalanceMoves(balanceOf('XLM', 10n), 0);
  const parts = xlm.hold(3n, 'hold');
  const balances = [xlm.balance, balanceOf('USD', 10n)];
  const paid = payFor(
    { ...bought, asset: 'USD', hold: exampleHold({ parts, amount: 3n }) },
    viewOf({ balances, own: prepaid }),
    moment,
  );
  assert.ok(paid.kind === 'drawn');
  assert.deepEqual(
    paid.changes.movements?.map(({ asset, kind, entryId, holdId }) => [asset, kind, entryId, holdId]),
    [
      ['USD', 'drawn', 'entry', undefined],
      ['XLM', 'released', 'entry', 'hold'],
    ],
  );
  assert.deepEqual(
    paid.changes.grants?.map(({ asset, grant }) => [asset, grant.held]),
    [
      ['USD', 0n],
      ['XLM', 0n],
    ],
  );
});

test('an agent has at most so many refunds with money left', () => {
  const refund = exampleGrant({ kind: 'refund' });
  const refunds = Array.from({ length: refundsOpenMax }, (_, at) => ({ ...refund, number: at + 1 }));
  const returned = (open: Balance['open']) => {
    const balances = [{ ...emptyBalance('a', 'XLM'), grants: open.length, open }];
    return refundOf({ agent: 'a', asset: 'XLM', amount: 4n, reversalId: 'r' }, viewOf({ balances }), moment);
  };
  const refused = returned(refunds);
  assert.ok(refused.kind === 'refused');
  assert.equal(refused.refusal.code, 'limit_exceeded');
  assert.match(refused.refusal.message, /agent a has 10000 refunds with money left/);
  // Grants count for another limit.
  const [, ...fewer] = refunds;
  assert.equal(returned([...fewer, exampleGrant({ number: refundsOpenMax + 1 })]).kind, 'returned');
});

test('an amount is refused if neither the balance, nor the overdraft, nor a hold is enough for it', () => {
  const balance = balanceOf('XLM', 10n);
  const policy = { ...prepaid, overdraft: 3n };
  const isRefused = (required: bigint, reserved = 0n, one = balance) =>
    refusalOf(one, required, reserved, policy) !== undefined;
  assert.deepEqual([isRefused(13n), isRefused(14n)], [false, true]);
  assert.deepEqual([isRefused(15n, 2n), isRefused(16n, 2n)], [false, true]);
  // What was reserved, and what costs nothing, is taken also where the overdraft was lowered meanwhile.
  const overdrawn = { ...emptyBalance('a', 'XLM'), drawn: 20n, held: 2n };
  assert.deepEqual(
    [isRefused(2n, 2n, overdrawn), isRefused(3n, 2n, overdrawn), isRefused(0n, 0n, overdrawn)],
    [false, true, false],
  );
  assert.deepEqual(refusalOf(balance, 16n, 2n, policy), {
    code: 'insufficient_balance',
    message: 'agent a has too little XLM left for this',
    asset: 'XLM',
    available: 12n,
    overdraft: 3n,
    required: 16n,
  });
});
