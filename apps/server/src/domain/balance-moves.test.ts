import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { exampleHold } from '../../test/harness/example-money.ts';
import { BalanceAudit } from './audit-balances.ts';
import { availableOf, type Balance, emptyBalance, freeOf, type Grant, restOf } from './balance.ts';
import { BalanceMoves, type HeldPart, sumOf } from './balance-moves.ts';
import type { Hold } from './hold.ts';
import type { Movement } from './movement.ts';
import { afterTime } from './passed-time.ts';

/** Books of one balance, as storage would keep them. */
class Kept {
  balance: Balance = emptyBalance('a', 'XLM');
  readonly grants = new Map<number, Grant>();
  readonly movements: Movement[] = [];
  readonly open = new Map<string, Hold>();
  nowMs = 1_000;
  #ids = 0;

  move(work: (moves: BalanceMoves, id: string) => void): void {
    const moves = new BalanceMoves(this.balance, this.nowMs);
    work(moves, `id-${++this.#ids}`);
    this.take(moves);
  }

  take(moves: BalanceMoves): void {
    this.balance = moves.balance;
    this.movements.push(...moves.movements);
    for (const { grant } of moves.owned) this.grants.set(grant.number, grant);
  }

  pass(ms: number): void {
    this.nowMs += ms;
    const due = [...this.open.values()].filter(({ expiresAtMs }) => expiresAtMs <= this.nowMs);
    due.sort((a, b) => a.expiresAtMs - b.expiresAtMs);
    this.take(afterTime(this.balance, due, this.nowMs));
    for (const { id } of due) this.open.delete(id);
  }

  differences(): readonly string[] {
    const audit = new BalanceAudit(this.balance);
    for (const movement of this.movements) audit.movement(movement);
    for (const grant of [...this.grants.values()].sort((a, b) => a.number - b.number)) audit.grant(grant);
    audit.holds([...this.open.values()]);
    return audit.finish();
  }
}

function holdOf(id: string, parts: readonly HeldPart[], expiresAtMs: number): Hold {
  return exampleHold({ id, place: id, amount: sumOf(parts), parts, expiresAtMs });
}

const amount = fc.bigInt({ min: 1n, max: 50n });
const step = fc.oneof(
  fc.record({
    kind: fc.constant('grant' as const),
    amount,
    priority: fc.nat(2),
    lastsMs: fc.option(fc.nat(40)),
  }),
  fc.record({ kind: fc.constant('draw' as const), amount }),
  fc.record({ kind: fc.constant('hold' as const), amount, lastsMs: fc.integer({ min: 1, max: 60 }) }),
  fc.record({ kind: fc.constant('capture' as const), amount }),
  fc.record({ kind: fc.constant('release' as const) }),
  fc.record({ kind: fc.constant('void' as const), at: fc.nat(5) }),
  fc.record({ kind: fc.constant('pass' as const), ms: fc.nat(30) }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

const overdraft = 20n;

function apply(kept: Kept, todo: Step): void {
  const [first] = kept.open.values();
  const canTake = (wanted: bigint, reserved = 0n) =>
    wanted <= reserved || availableOf(kept.balance) + reserved - wanted >= -overdraft;
  switch (todo.kind) {
    case 'grant': {
      const expiresAtMs = todo.lastsMs === null ? undefined : kept.nowMs + 1 + todo.lastsMs;
      const made = { kind: 'grant', amount: todo.amount, priority: todo.priority, expiresAtMs } as const;
      kept.move((moves, id) => void moves.grant({ ...made, id, note: undefined, reversalId: undefined }));
      return;
    }
    case 'draw':
      if (canTake(todo.amount)) kept.move((moves, entryId) => moves.draw(todo.amount, { entryId }));
      return;
    case 'hold':
      if (!canTake(todo.amount)) return;
      kept.move((moves, id) => {
        const parts = moves.hold(todo.amount, id);
        kept.open.set(id, holdOf(id, parts, kept.nowMs + todo.lastsMs));
      });
      return;
    case 'capture':
      if (first === undefined || !canTake(todo.amount, first.amount)) return;
      kept.open.delete(first.id);
      kept.move((moves, entryId) => moves.capture(first.parts, todo.amount, { entryId, holdId: first.id }));
      return;
    case 'release':
      if (first === undefined) return;
      kept.open.delete(first.id);
      kept.move((moves) => moves.release(first.parts, { holdId: first.id }, kept.nowMs));
      return;
    case 'void': {
      const grant = kept.balance.open[todo.at];
      if (grant !== undefined) kept.move((moves) => void moves.void(grant));
      return;
    }
    case 'pass':
      kept.pass(todo.ms);
  }
}

function assertSound(kept: Kept): void {
  const { balance } = kept;
  for (const grant of kept.grants.values()) {
    assert.ok(freeOf(grant) >= 0n && restOf(grant) >= 0n && grant.held >= 0n);
  }
  const free = balance.open.reduce((sum, grant) => sum + freeOf(grant), 0n);
  const heldOver = [...kept.open.values()]
    .flatMap(({ parts }) => parts)
    .reduce((sum, part) => (part.grant === undefined ? sum + part.amount : sum), 0n);
  assert.equal(availableOf(balance), free - balance.uncovered - heldOver);
  assert.ok(free === 0n || balance.uncovered === 0n, 'what is free covers an overdraft at once');
  assert.ok(availableOf(balance) >= -overdraft);
  assert.equal(balance.openHolds, kept.open.size);
  assert.deepEqual(kept.differences(), []);
}

test('after each movement the sums, grants and holds of a balance add up, and it is never below its overdraft', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const kept = new Kept();
      for (const todo of steps) {
        apply(kept, todo);
        assertSound(kept);
      }
    }),
  );
});

test('a balance is the same no matter how often it is read while time passes', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 20 })),
      (steps, looks) => {
        const [often, once] = [new Kept(), new Kept()];
        for (const todo of steps) for (const kept of [often, once]) apply(kept, todo);
        for (const ms of looks) often.pass(ms);
        once.pass(often.nowMs - once.nowMs);
        assert.deepEqual(
          { ...often.balance, movements: 0 },
          { ...once.balance, movements: 0 },
          'the sums and the grants',
        );
        assert.deepEqual([...often.grants], [...once.grants]);
      },
    ),
  );
});

function withHold(): { readonly kept: Kept; readonly hold: Hold } {
  const kept = new Kept();
  apply(kept, { kind: 'grant', amount: 20n, priority: 0, lastsMs: null });
  apply(kept, { kind: 'hold', amount: 10n, lastsMs: 5 });
  const [hold] = kept.open.values();
  assert.ok(hold);
  return { kept, hold };
}

test('the audit finds a hold that is released twice', () => {
  const { kept, hold } = withHold();
  apply(kept, { kind: 'hold', amount: 10n, lastsMs: 50 });
  kept.open.delete(hold.id);
  for (let twice = 0; twice < 2; twice++) {
    kept.move((moves) => moves.release(hold.parts, { holdId: hold.id }, kept.nowMs));
  }
  assert.ok(kept.differences().some((difference) => difference.includes(hold.id)));
});

test('the audit finds a lapsed hold that is captured as if it still reserved money', () => {
  const { kept, hold } = withHold();
  kept.pass(10);
  apply(kept, { kind: 'hold', amount: 10n, lastsMs: 50 });
  kept.move((moves) => moves.capture(hold.parts, 5n, { entryId: 'e', holdId: hold.id }));
  assert.ok(kept.differences().some((difference) => difference.includes(hold.id)));
});

test('the audit finds a movement that is missing, duplicated, or of a wrong amount', () => {
  const { kept } = withHold();
  apply(kept, { kind: 'draw', amount: 3n });
  for (const [at, movement] of kept.movements.entries()) {
    const planted = [
      kept.movements.toSpliced(at, 1),
      kept.movements.toSpliced(at, 0, movement),
      kept.movements.with(at, { ...movement, amount: movement.amount + 1n }),
    ];
    for (const movements of planted) {
      const audit = new BalanceAudit(kept.balance);
      for (const one of movements) audit.movement(one);
      for (const grant of kept.grants.values()) audit.grant(grant);
      audit.holds([...kept.open.values()]);
      assert.notDeepEqual(audit.finish(), []);
    }
  }
});

test('grants are drawn in their order, no matter when they were made, and one that is used up is closed', () => {
  const kept = new Kept();
  apply(kept, { kind: 'grant', amount: 10n, priority: 1, lastsMs: null });
  apply(kept, { kind: 'grant', amount: 10n, priority: 0, lastsMs: null });
  apply(kept, { kind: 'draw', amount: 10n });
  assert.deepEqual(
    [...kept.grants.values()].map(({ drawn }) => drawn),
    [0n, 10n],
  );
  assert.deepEqual(
    kept.balance.open.map(({ number }) => number),
    [1],
  );
});

test('a capture draws what its hold reserved of each grant', () => {
  const kept = new Kept();
  apply(kept, { kind: 'grant', amount: 10n, priority: 0, lastsMs: null });
  apply(kept, { kind: 'hold', amount: 10n, lastsMs: 50 });
  apply(kept, { kind: 'grant', amount: 10n, priority: 0, lastsMs: null });
  apply(kept, { kind: 'hold', amount: 6n, lastsMs: 50 });
  const hold = [...kept.open.values()][1];
  assert.ok(hold);
  kept.move((moves) => moves.capture(hold.parts, 6n, { holdId: hold.id }));
  assert.deepEqual(
    [...kept.grants.values()].map(({ drawn, held }) => [drawn, held]),
    [
      [0n, 10n],
      [6n, 0n],
    ],
  );
});

test('what a hold frees of an expired grant expires at once, and what it frees of another one covers an overdraft', () => {
  const expiring = new Kept();
  apply(expiring, { kind: 'grant', amount: 10n, priority: 0, lastsMs: 1 });
  apply(expiring, { kind: 'hold', amount: 10n, lastsMs: 50 });
  expiring.pass(5);
  apply(expiring, { kind: 'capture', amount: 4n });
  assert.equal(expiring.balance.expired, 6n);
  assert.deepEqual(expiring.balance.open, []);

  const overdrawn = new Kept();
  apply(overdrawn, { kind: 'grant', amount: 10n, priority: 0, lastsMs: null });
  apply(overdrawn, { kind: 'hold', amount: 10n, lastsMs: 50 });
  apply(overdrawn, { kind: 'draw', amount: 8n });
  assert.equal(overdrawn.balance.uncovered, 8n);
  apply(overdrawn, { kind: 'grant', amount: 1n, priority: 1, lastsMs: null });
  assert.equal(overdrawn.balance.uncovered, 7n);
  apply(overdrawn, { kind: 'release' });
  assert.equal(overdrawn.balance.uncovered, 0n);
  assert.ok(overdrawn.movements.every(({ amount: moved }) => moved > 0n));
});
