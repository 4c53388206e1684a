import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AgentModel } from './agent-model.ts';
import { type Answer, type Call, priceStroops } from './calls.ts';
import type { History } from './clients.ts';
import { joinAttempts } from './join-attempts.ts';
import { checkLinearizable } from './linearizable.ts';
import { openGrantsMax } from './prepaid-money.ts';

const serviceId = 'search';
const never = Number.POSITIVE_INFINITY;

const record = (key: string, requests = 1): Call => ({ kind: 'record', key, serviceId, requests });
const recorded = (total: number, available?: bigint): Answer => ({
  kind: 'recorded',
  total,
  isDuplicate: false,
  available,
});
const total: Call = { kind: 'total', serviceId };
const refused: Answer = { kind: 'refused', code: 'insufficient_balance' };
const isTotal = (count: number): Answer => ({ kind: 'total', total: count });

/** Calls with their answers and times, as `[call, answer, calledAt, answeredAt]`. */
function verdictOf(
  rows: readonly (readonly [Call, Answer | undefined, number, number])[],
  isPrepaid = false,
): boolean | 'unknown' {
  const history: History = rows.map(([call, answer, calledAt, answeredAt]) => ({
    call,
    answer,
    calledAt,
    answeredAt,
  }));
  return checkLinearizable(joinAttempts(history), new AgentModel(isPrepaid)).isLinearizable;
}

test('calls at the same time may take effect in any order', () => {
  assert.equal(
    verdictOf([
      [record('a', 2), recorded(5), 1, 6],
      [record('b', 3), recorded(3), 2, 5],
      [total, isTotal(3), 3, 4],
    ]),
    true,
  );
});

for (const [what, rows] of [
  [
    'a read that misses what was answered before it',
    [
      [record('a'), recorded(1), 1, 2],
      [total, isTotal(0), 3, 4],
    ],
  ],
  [
    'usage that is lost',
    [
      [record('a'), recorded(1), 1, 2],
      [record('b'), recorded(1), 3, 4],
    ],
  ],
  [
    'usage that is recorded twice',
    [
      [record('a'), recorded(1), 1, 2],
      [record('a'), recorded(1), 3, 4],
      [total, isTotal(2), 5, 6],
    ],
  ],
  [
    'a retry that is not answered as before',
    [
      [record('a'), recorded(1), 1, 2],
      [record('a'), recorded(2), 3, 4],
    ],
  ],
  [
    'a read that returns an older state than an earlier read',
    [
      [record('a'), recorded(1), 1, 10],
      [total, isTotal(1), 2, 3],
      [total, isTotal(0), 4, 5],
    ],
  ],
  [
    'one settlement for two keys',
    [
      [record('a'), recorded(1), 1, 2],
      [{ kind: 'settle', key: 's', serviceId }, settled(1, 'one'), 3, 4],
      [record('b'), recorded(1), 5, 6],
      [{ kind: 'settle', key: 't', serviceId }, settled(1, 'one'), 7, 8],
    ],
  ],
  [
    'an answer that came before its call took effect',
    [
      [record('a'), recorded(2), 1, 2],
      [record('b'), recorded(1), 3, 4],
    ],
  ],
] as const satisfies readonly (readonly [
  string,
  readonly (readonly [Call, Answer | undefined, number, number])[],
])[]) {
  test(`the check finds ${what}`, () => {
    assert.equal(verdictOf(rows), false);
  });
}

function settled(requests: number, settlementId: string): Answer {
  return { kind: 'settled', requests, billed: BigInt(requests) * priceStroops, settlementId };
}

test('a call without an answer may have taken effect, or not, until its server ended', () => {
  const unheard = [record('a', 4), undefined, 1, 10] as const;
  assert.equal(verdictOf([unheard, [total, isTotal(0), 2, 3]]), true);
  assert.equal(verdictOf([unheard, [total, isTotal(4), 2, 3]]), true);
  const later = [total, isTotal(0), 12, 13] as const;
  assert.equal(verdictOf([unheard, later, [total, isTotal(4), 14, 15]]), false);
  const endless = [record('a', 4), undefined, 1, never] as const;
  assert.equal(verdictOf([endless, later, [total, isTotal(4), 14, 15]]), true);
});

test('attempts with one key take effect once, at any time from the first to the answer', () => {
  assert.equal(
    verdictOf([
      [record('a', 4), undefined, 1, never],
      [total, isTotal(4), 2, 3],
      [record('a', 4), recorded(4), 4, 5],
      [total, isTotal(4), 6, 7],
    ]),
    true,
  );
});

test('a balance is never overdrawn, and a refusal needs a reason', () => {
  const grant = [{ kind: 'grant', key: 'g', stroops: 2n * priceStroops }, { kind: 'done' }, 1, 2] as const;
  const left = (count: bigint) => recorded(Number(2n - count), count * priceStroops);
  assert.equal(verdictOf([grant, [record('a'), left(1n), 3, 6], [record('b'), left(0n), 4, 5]], true), true);
  const both = [
    [record('a'), recorded(1, priceStroops), 3, 6],
    [record('b'), recorded(2, 0n), 4, 5],
  ] as const;
  assert.equal(verdictOf([grant, ...both, [record('c'), recorded(3, -priceStroops), 7, 8]], true), false);
  assert.equal(verdictOf([grant, ...both, [record('c'), refused, 7, 8]], true), true);
  assert.equal(verdictOf([grant, [record('c'), refused, 7, 8]], true), false);
});

test('a hold is captured or released, and never both', () => {
  const hold = { kind: 'hold', key: 'h', id: 'h', serviceId, requests: 2 } as const;
  const start = [
    [{ kind: 'grant', key: 'g', stroops: 2n * priceStroops }, { kind: 'done' }, 1, 2],
    [hold, { kind: 'held', available: 0n }, 3, 4],
    [{ kind: 'capture', key: 'c', id: 'h', requests: 1 }, recorded(1, priceStroops), 5, 6],
  ] as const;
  const release = { kind: 'release', key: 'r', id: 'h' } as const;
  assert.equal(verdictOf([...start, [release, { kind: 'done' }, 7, 8]], true), false);
  assert.equal(verdictOf([...start, [release, { kind: 'refused', code: 'hold_ended' }, 7, 8]], true), true);
});

test('a grant is refused at the limit of open grants, and only there', () => {
  const grant = (number: number): Call => ({ kind: 'grant', key: `g${number}`, stroops: priceStroops });
  const granted = Array.from(
    { length: openGrantsMax },
    (_, number) => [grant(number), { kind: 'done' }, 2 * number, 2 * number + 1] as const,
  );
  const [at, end] = [2 * openGrantsMax, 2 * openGrantsMax + 1];
  const full: Answer = { kind: 'refused', code: 'limit_exceeded' };
  assert.equal(verdictOf([...granted, [grant(openGrantsMax), full, at, end]], true), true);
  assert.equal(verdictOf([...granted, [grant(openGrantsMax), { kind: 'done' }, at, end]], true), false);
  assert.equal(verdictOf([...granted.slice(1), [grant(openGrantsMax), full, at, end]], true), false);
});

test('the items of a bulk are counted once, in their order', () => {
  const items = ['a', 'b'].map((id) => ({ serviceId, requests: 2, id }));
  const bulk = (key: string): Call => ({ kind: 'bulk', key, items });
  const answer = (totals: number[], duplicates: number[]): Answer => ({ kind: 'bulk', totals, duplicates });
  const first = [bulk('x'), answer([2, 4], []), 1, 2] as const;
  assert.equal(verdictOf([first, [bulk('y'), answer([4, 4], [0, 1]), 3, 4]]), true);
  assert.equal(verdictOf([first, [bulk('y'), answer([6, 8], []), 3, 4]]), false);
  assert.equal(verdictOf([first, [total, isTotal(2), 3, 4]]), false);
});

test('a call that was refused can only have taken effect after its refusal', () => {
  const usage = [record('a'), refused, 3, 4] as const;
  const unheard = [record('a'), undefined, 1, 8] as const;
  const grant = { kind: 'grant', key: 'g', stroops: priceStroops } as const;
  const read = (count: number) => [total, isTotal(count), 9, 10] as const;
  assert.equal(verdictOf([unheard, usage, [grant, { kind: 'done' }, 5, 6], read(1)], true), true);
  assert.equal(verdictOf([[grant, { kind: 'done' }, 0, 0.5], unheard, usage, read(1)], true), false);
});

test('a model goes on where a part of the history has ended, and forgets the other keys', () => {
  const model = new AgentModel(false);
  const part = (rows: readonly (readonly [Call, Answer, number, number])[]) =>
    checkLinearizable(
      rows.map(([call, answer, calledAt, answeredAt]) => ({ call, answer, calledAt, answeredAt })),
      model,
    ).isLinearizable;
  assert.equal(
    part([
      [record('a'), recorded(1), 1, 2],
      [record('b'), recorded(2), 3, 4],
    ]),
    true,
  );
  model.forgetAllBut(new Set(['a']));
  assert.equal(part([[record('a'), recorded(1), 5, 6]]), true);
  assert.equal(part([[record('a'), recorded(3), 5, 6]]), false);
  assert.equal(part([[total, isTotal(2), 7, 8]]), true);
});
