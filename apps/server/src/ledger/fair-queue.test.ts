import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FairQueue } from './fair-queue.ts';

interface Element {
  readonly isReserved?: boolean;
  readonly lane: string;
  readonly weight: number;
  readonly number: number;
}

const creditPerTurn = 100;
const expectedTurns = 4;

test('lanes take turns, and each keeps its order', () => {
  const queue = new FairQueue<Element>({ queuedMax: 100, takenMax: 4, creditPerTurn, expectedTurns });
  for (let number = 0; number < 5; number++) queue.offer({ lane: 'greedy', weight: 1, number });
  queue.offer({ lane: 'modest', weight: 1, number: 100 });
  assert.deepEqual(
    queue.take().map(({ lane, number }) => `${lane} ${number}`),
    ['greedy 0', 'modest 100', 'greedy 1', 'greedy 2'],
  );
});

test('a single lane takes at most half of the queue, and another still finds room', () => {
  const queue = new FairQueue<Element>({ queuedMax: 10, takenMax: 10, creditPerTurn, expectedTurns });
  const offered = Array.from({ length: 10 }, (_, number) =>
    queue.offer({ lane: 'greedy', weight: 1, number }),
  );
  assert.equal(offered.filter((taken) => taken).length, 5);
  assert.equal(queue.offer({ lane: 'modest', weight: 1, number: 0 }), true);
});

test('an element heavier than a batch is taken alone', () => {
  const queue = new FairQueue<Element>({ queuedMax: 10, takenMax: 4, creditPerTurn, expectedTurns });
  assert.equal(queue.offer({ lane: 'a', weight: 50, number: 0 }), true);
  assert.equal(
    queue.offer({ lane: 'b', weight: 1, number: 1 }),
    false,
    'the bound holds for what comes after',
  );
  assert.deepEqual(
    queue.take().map(({ number }) => number),
    [0],
  );
  assert.equal(queue.isEmpty, true);
});

const take = (queue: FairQueue<Element>) => queue.take().map(({ lane, number }) => `${lane} ${number}`);

test('a lane whose element does not fit begins the next batch, and others fill this one', () => {
  const queue = new FairQueue<Element>({ queuedMax: 100, takenMax: 4, creditPerTurn, expectedTurns });
  queue.offer({ lane: 'a', weight: 2, number: 0 });
  queue.offer({ lane: 'b', weight: 3, number: 1 });
  queue.offer({ lane: 'c', weight: 1, number: 2 });
  queue.offer({ lane: 'c', weight: 1, number: 3 });
  queue.offer({ lane: 'a', weight: 1, number: 4 });
  assert.deepEqual(take(queue), ['a 0', 'c 2', 'a 4']);
  assert.deepEqual(take(queue), ['b 1', 'c 3']);
});

test('a heavy element is taken with heavy ones of its lane only, as far as they fit', () => {
  const queue = new FairQueue<Element>({
    queuedMax: 100,
    takenMax: 10,
    heavyFrom: 4,
    creditPerTurn,
    expectedTurns,
  });
  for (let number = 0; number < 3; number++) queue.offer({ lane: 'a', weight: 5, number });
  queue.offer({ lane: 'b', weight: 4, number: 3 });
  queue.offer({ lane: 'c', weight: 3, number: 4 });
  queue.offer({ lane: 'd', weight: 3, number: 5 });
  assert.deepEqual(take(queue), ['a 0', 'a 1']);
  assert.deepEqual(take(queue), ['c 4', 'd 5'], 'then what is lighter');
  assert.deepEqual(take(queue), ['b 3']);
  assert.deepEqual(take(queue), ['a 2']);
});

test('a heavy element counts several times toward the debt, and a light one once', () => {
  const limits = {
    queuedMax: 100,
    takenMax: 10,
    heavyFrom: 4,
    heavyOwed: 3,
    creditPerTurn: 2,
    expectedTurns,
  };
  const queue = new FairQueue<Element>(limits);
  for (let number = 0; number < 3; number++) queue.offer({ lane: 'H', weight: 4, number });
  const turns = turnsOf(queue, 8, () => {
    queue.offer({ lane: 'l', weight: 1, number: 0 });
  });
  assert.deepEqual(turns, ['H', 'll', 'l', 'l', 'l', 'l', 'H', 'll']);
});

test('nothing is taken from a held lane, and no one waits for it', () => {
  const queue = new FairQueue<Element>({ queuedMax: 100, takenMax: 1, creditPerTurn, expectedTurns });
  queue.offer({ lane: 'a', weight: 1, number: 0 });
  queue.hold('a');
  assert.deepEqual([queue.hasReady, queue.isEmpty], [false, false]);
  assert.deepEqual(take(queue), []);
  queue.offer({ lane: 'b', weight: 1, number: 1 });
  assert.equal(queue.hasReady, true);
  assert.deepEqual(take(queue), ['b 1']);
  queue.release('a');
  assert.deepEqual(take(queue), ['a 0']);
  // The queue no longer waits for the return of a lane that took something before it was held.
  queue.offer({ lane: 'b', weight: 1_000, number: 2 });
  take(queue);
  queue.offer({ lane: 'b', weight: 1, number: 3 });
  assert.deepEqual(take(queue), [], 'the lane that owes less is expected');
  queue.hold('a');
  assert.deepEqual(take(queue), ['b 3']);
});

test('a lane that had its turn comes last in the next batch', () => {
  const queue = new FairQueue<Element>({ queuedMax: 100, takenMax: 2, creditPerTurn, expectedTurns });
  for (const lane of ['a', 'b', 'c']) {
    for (let number = 0; number < 2; number++) queue.offer({ lane, weight: 1, number });
  }
  assert.deepEqual(take(queue), ['a 0', 'b 0']);
  assert.deepEqual(take(queue), ['c 0', 'a 1']);
  assert.deepEqual(take(queue), ['b 1', 'c 1']);
});

test('between two heavy elements of a lane the others have a batch, even those that arrived later', () => {
  const queue = new FairQueue<Element>({ queuedMax: 1_000, takenMax: 4, creditPerTurn, expectedTurns });
  const turn = () => {
    const taken = take(queue);
    queue.endTurn();
    return taken;
  };
  for (let number = 0; number < 4; number++) queue.offer({ lane: 'heavy', weight: 50, number });
  assert.deepEqual(turn(), ['heavy 0']);
  queue.offer({ lane: 'light', weight: 1, number: 10 });
  queue.offer({ lane: 'light', weight: 1, number: 11 });
  assert.deepEqual(turn(), ['light 10', 'light 11']);
  queue.offer({ lane: 'light', weight: 1, number: 12 });
  assert.deepEqual(turn(), ['heavy 1'], 'nor does the heavy lane wait for ever');
  assert.deepEqual(turn(), ['light 12']);
  assert.deepEqual(turn(), ['heavy 2']);
  assert.deepEqual(turn(), ['heavy 3'], 'nothing lighter waits');
});

test('a reserved element is accepted even if the queue is full', () => {
  const queue = new FairQueue<Element>({ queuedMax: 2, takenMax: 2, creditPerTurn, expectedTurns });
  for (const lane of ['a', 'b']) assert.equal(queue.offer({ lane, weight: 1, number: 0 }), true);
  assert.equal(queue.offer({ lane: 'c', weight: 1, number: 0 }), false);
  assert.equal(queue.offer({ lane: 'reports', weight: 1, isReserved: true, number: 0 }), true);
  assert.equal(queue.weight, 3);
});

/** Takes and processes as many batches as a lane needs; returns the lanes of each. */
function turnsOf(queue: FairQueue<Element>, count: number, before: () => void = () => undefined): string[] {
  return Array.from({ length: count }, () => {
    before();
    const lanes = queue.take().map(({ lane }) => lane);
    queue.endTurn();
    return lanes.join('');
  });
}

test('a lane waits for as many turns as it owes, while another one writes in each of them', () => {
  const queue = new FairQueue<Element>({ queuedMax: 100_000, takenMax: 2_000, creditPerTurn, expectedTurns });
  for (let number = 0; number < 16; number++) queue.offer({ lane: 'H', weight: 1_000, number });
  const single = () => {
    queue.offer({ lane: 'l', weight: 1, number: 0 });
  };
  const batches = turnsOf(queue, 31, single);
  const heavyTurns = batches.flatMap((lanes, turn) => (lanes.includes('H') ? [turn] : []));
  assert.deepEqual(heavyTurns, [0, 10, 20, 30]);
  assert.ok(batches.every((lanes) => lanes.includes('l')));
});

test('a lane that was just answered is expected for four turns, and after that no one waits for it', () => {
  const queue = new FairQueue<Element>({ queuedMax: 100_000, takenMax: 2_000, creditPerTurn, expectedTurns });
  for (let number = 0; number < 16; number++) queue.offer({ lane: 'H', weight: 1_000, number });
  queue.offer({ lane: 'l', weight: 1, number: 0 });
  assert.deepEqual(turnsOf(queue, 6), ['Hl', '', '', '', 'HH', 'HH']);
});

test('a single lane, and lanes with equal debt, are not held back', () => {
  const queue = new FairQueue<Element>({ queuedMax: 100_000, takenMax: 2_000, creditPerTurn, expectedTurns });
  for (let number = 0; number < 6; number++) queue.offer({ lane: 'A', weight: 1_000, number });
  assert.deepEqual(turnsOf(queue, 3), ['AA', 'AA', 'AA']);
  for (let number = 0; number < 3; number++) {
    for (const lane of ['A', 'B']) queue.offer({ lane, weight: 1_000, number });
  }
  const shared = turnsOf(queue, 20).join('');
  assert.equal(shared.replaceAll('A', ''), 'BBB');
  assert.equal(shared.replaceAll('B', ''), 'AAA');
});

test('a lane keeps its debt while it has nothing waiting', () => {
  const queue = new FairQueue<Element>({ queuedMax: 100_000, takenMax: 2_000, creditPerTurn, expectedTurns });
  // Each client has one request at a time: its next one arrives after the previous one was answered.
  const both = () => {
    queue.offer({ lane: 'l', weight: 1, number: 0 });
    if (!isWaiting) isWaiting = queue.offer({ lane: 'H', weight: 1_000, number: 0 });
  };
  let isWaiting = false;
  let heavy = 0;
  for (let turn = 0; turn < 40; turn++) {
    both();
    if (queue.take().some(({ lane }) => lane === 'H')) {
      heavy += 1;
      isWaiting = false;
    }
    queue.endTurn();
  }
  assert.equal(heavy, 4);
});

test('a lane of many light elements is not slowed down by a heavy one with more debt', () => {
  const queue = new FairQueue<Element>({ queuedMax: 100_000, takenMax: 2_000, creditPerTurn, expectedTurns });
  for (let number = 0; number < 8; number++) queue.offer({ lane: 'H', weight: 1_000, number });
  let light = 0;
  let heavy = 0;
  for (let turn = 0; turn < 50; turn++) {
    for (let number = 0; number < 200; number++) queue.offer({ lane: 'l', weight: 1, number });
    const taken = queue.take();
    light += taken.filter(({ lane }) => lane === 'l').length;
    heavy += taken.filter(({ lane }) => lane === 'H').length;
    queue.endTurn();
  }
  assert.ok(heavy >= 5, `${heavy} heavy`);
  assert.ok(light >= 5_000, `${light} light`);
});

test('every accepted element is taken once, in order, and the weights add up', () => {
  const element = fc.record({ lane: fc.constantFrom('a', 'b', 'c'), weight: fc.integer({ min: 1, max: 8 }) });
  fc.assert(
    fc.property(fc.array(fc.oneof(element, fc.constant('take' as const)), { maxLength: 200 }), (steps) => {
      const queue = new FairQueue<Element>({ queuedMax: 60, takenMax: 10, creditPerTurn: 5, expectedTurns });
      const accepted: Element[] = [];
      const taken: Element[] = [];
      for (const [number, step] of [
        ...steps,
        ...Array.from({ length: 400 }, () => 'take' as const),
      ].entries()) {
        if (step === 'take') {
          const batch = queue.take();
          queue.endTurn();
          const weight = batch.reduce((sum, { weight }) => sum + weight, 0);
          assert.ok(batch.length <= 1 || weight <= 10);
          taken.push(...batch);
        } else if (queue.offer({ ...step, number })) {
          accepted.push({ ...step, number });
        }
        const waiting = accepted.length - taken.length;
        assert.equal(queue.isEmpty, waiting === 0);
      }
      assert.equal(queue.weight, 0);
      for (const lane of ['a', 'b', 'c']) {
        const of = (elements: Element[]) =>
          elements.filter((found) => found.lane === lane).map(({ number }) => number);
        assert.deepEqual(of(taken), of(accepted));
      }
    }),
  );
});
