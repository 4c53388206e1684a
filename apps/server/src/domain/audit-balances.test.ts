import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DomainBooks } from '../../test/harness/domain-books.ts';
import { BalanceAudit } from './audit-balances.ts';
import type { Balance, Grant } from './balance.ts';
import { policyDefault } from './billing.ts';
import type { Command } from './command.ts';
import type { Hold } from './hold.ts';
import { amountOfStroop } from './money.ts';
import type { Movement } from './movement.ts';

const nothing = undefined;
const stroops = (count: bigint) => count * amountOfStroop;
const grant = (grantId: string, amount: bigint): Command => ({
  kind: 'create_grant',
  agent: 'a',
  asset: 'XLM',
  amount: stroops(amount),
  priority: 1,
  expiresAtMs: nothing,
  note: nothing,
  grantId,
});
const use = (requests: number): Command => ({
  kind: 'record_usage',
  item: { agent: 'a', serviceId: 's', requests, usageId: nothing, occurredAtNs: nothing },
});
const hold = (holdId: string, requests: number): Command => ({
  kind: 'create_hold',
  agent: 'a',
  serviceId: 's',
  wanted: { kind: 'use', requests },
  expiresInMs: 1_000,
  holdId,
});

interface History {
  readonly balance: Balance;
  readonly movements: readonly Movement[];
  readonly grants: readonly Grant[];
  readonly holds: readonly Hold[];
}

/** A balance of which was drawn more than was granted, with a refund, a voided grant, and holds in each state. */
function history(): History {
  const books = new DomainBooks();
  books.hasServices('s');
  const policy = { ...policyDefault, mode: 'prepaid', overdraft: stroops(100n) } as const;
  books.done({ kind: 'set_billing', agent: 'a', policy });
  const commands: readonly Command[] = [
    grant('g', 30n),
    use(3),
    use(2),
    grant('h', 20n),
    { kind: 'reverse_entry', entryId: 'id-3-0', reason: 'r', requests: 1 },
    grant('i', 50n),
    hold('released', 1),
    { kind: 'release_hold', holdId: 'released' },
    hold('captured', 2),
    {
      kind: 'capture_hold',
      holdId: 'captured',
      requests: 1,
      usageId: nothing,
      occurredAtNs: nothing,
    },
    grant('voided', 5n),
    { kind: 'void_grant', agent: 'a', grantId: 'voided' },
    hold('open', 2),
    hold('second', 1),
  ];
  for (const command of commands) books.done(command);
  const { movements, grants, holds } = books.view.changes();
  const [balance] = books.view.billing('a').balances;
  assert.ok(balance !== undefined);
  const owned = grants.map(({ grant: one }) => one).toSorted((a, b) => a.number - b.number);
  return { balance, movements, grants: owned, holds: holds.filter(({ state }) => state === 'open') };
}

function differences({ balance, movements, grants, holds }: History): readonly string[] {
  const audit = new BalanceAudit(balance);
  for (const movement of movements) audit.movement(movement);
  assert.equal(audit.movements, movements.length);
  audit.holds(holds);
  for (const one of grants) audit.grant(one);
  return audit.finish();
}

type Fraud = (history: History) => History;
const ofBalance =
  (members: Partial<Balance>): Fraud =>
  (books) => ({ ...books, balance: { ...books.balance, ...members } });
const ofMovement =
  (at: number, members: (movement: Movement) => Partial<Movement>): Fraud =>
  (books) => ({
    ...books,
    movements: books.movements.map((one) => (one.number === at ? { ...one, ...members(one) } : one)),
  });
const ofGrant =
  (members: Partial<Grant>): Fraud =>
  (books) => ({
    ...books,
    grants: books.grants.map((one) => (one.id === 'g' ? { ...one, ...members } : one)),
  });

test('a balance whose movements add up has no differences', () => {
  assert.deepEqual(differences(history()), []);
});

test('an audit of a balance names each sum that differs from its movements', () => {
  const cases: readonly (readonly [Fraud, string, 'alone' | 'with others'])[] = [
    [ofBalance({ movements: 1 }), 'the balance counts 1 movements', 'alone'],
    [ofBalance({ grants: 1 }), 'the balance counts 1 grants', 'alone'],
    [ofBalance({ openHolds: 1 }), 'the balance counts 1 holds', 'alone'],
    [ofBalance({ granted: 1n }), 'granted differs from the movements', 'with others'],
    [ofBalance({ refunded: 1n }), 'refunded differs from the movements', 'with others'],
    [ofBalance({ drawn: 1n }), 'drawn differs from the movements', 'with others'],
    [ofBalance({ expired: 1n }), 'expired differs from the movements', 'with others'],
    [ofBalance({ voided: 1n }), 'voided differs from the movements', 'with others'],
    [ofBalance({ held: 1n }), 'held differs from the movements', 'with others'],
    [ofBalance({ uncovered: 1n }), 'the overdraft differs from the movements', 'alone'],
    [ofGrant({ number: 7 }), 'grant g is not number 1', 'alone'],
    [ofGrant({ amount: stroops(31n) }), 'grant g was not made once', 'alone'],
    [ofGrant({ kind: 'refund' }), 'grant g was not made once', 'alone'],
    [ofGrant({ drawn: 1n }), 'grant g: drawn differs from its movements', 'alone'],
    [ofGrant({ held: 1n }), 'grant g: held differs from its movements', 'with others'],
    [ofGrant({ voided: 1n }), 'grant g: voided differs from its movements', 'with others'],
    [ofGrant({ expired: 1n }), 'grant g: expired differs from its movements', 'with others'],
    [ofMovement(1, () => ({ number: 7 })), 'movement 7 is not number 1', 'alone'],
    [ofMovement(1, () => ({ amount: 0n })), 'movement 1 moves nothing', 'with others'],
    [ofMovement(1, () => ({ available: 0n })), 'movement 1 left another amount available', 'alone'],
    [ofMovement(1, () => ({ grantId: 'x' })), 'grant g was not made once', 'with others'],
    [
      (books) => ({ ...books, grants: books.grants.slice(0, -1) }),
      'the balance counts 5 grants',
      'with others',
    ],
    [
      (books) => ({ ...books, holds: books.holds.map((one) => ({ ...one, parts: [] })) }),
      'hold open reserves another amount than its movements',
      'with others',
    ],
    [
      (books) => ({ ...books, holds: books.holds.slice(0, 1), balance: { ...books.balance, openHolds: 1 } }),
      'hold second was not ended once',
      'alone',
    ],
    [(books) => ({ ...books, holds: books.holds.slice(0, 1) }), 'the balance counts 2 holds', 'with others'],
  ];
  for (const [fraud, first, rest] of cases) {
    const found = differences(fraud(history()));
    assert.equal(found[0], first);
    assert.equal(found.length === 1, rest === 'alone', `${first}: ${found.join(', ')}`);
  }
});

test('an audit finds movements of grants that do not exist, and grants of which more was used than granted', () => {
  const missing = differences({ ...history(), grants: history().grants.slice(0, -1) });
  assert.ok(missing.includes('there are movements of grants that do not exist'));
  const used = differences(ofGrant({ drawn: stroops(31n) })(history()));
  assert.ok(used.includes('grant g: more was used than granted'));
  const whole = differences(ofGrant({ drawn: stroops(30n) })(history()));
  assert.ok(!whole.includes('grant g: more was used than granted'));
  const available = differences(ofBalance({ granted: 1n })(history()));
  assert.ok(available.includes('what is available differs from the movements'));
});
