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

test('each lane has its turn, in order within the lane', () => {
  const queue = new FairQueue<Element>({ queuedMax: 100, takenMax: 4 });
  for (let number = 0; number < 5; number++) queue.offer({ lane: 'greedy', weight: 1, number });
  queue.offer({ lane: 'modest', weight: 1, number: 100 });
  assert.deepEqual(
    queue.take().map(({ lane, number }) => `${lane} ${number}`),
    ['greedy 0', 'modest 100', 'greedy 1', 'greedy 2'],
  );
});

test('a lane alone takes half of the queue at the most, and another still finds room', () => {
  const queue = new FairQueue<Element>({ queuedMax: 10, takenMax: 10 });
  const offered = Array.from({ length: 10 }, (_, number) =>
    queue.offer({ lane: 'greedy', weight: 1, number }),
  );
  assert.equal(offered.filter((taken) => taken).length, 5);
  assert.equal(queue.offer({ lane: 'modest', weight: 1, number: 0 }), true);
});

test('an element heavier than a batch is taken alone', () => {
  const queue = new FairQueue<Element>({ queuedMax: 10, takenMax: 4 });
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

test('a lane whose element does not fit begins the next batch, and the others fill this one', () => {
  const queue = new FairQueue<Element>({ queuedMax: 100, takenMax: 4 });
  queue.offer({ lane: 'a', weight: 2, number: 0 });
  queue.offer({ lane: 'b', weight: 3, number: 1 });
  queue.offer({ lane: 'c', weight: 1, number: 2 });
  queue.offer({ lane: 'c', weight: 1, number: 3 });
  queue.offer({ lane: 'a', weight: 1, number: 4 });
  assert.deepEqual(take(queue), ['a 0', 'c 2', 'a 4']);
  assert.deepEqual(take(queue), ['b 1', 'c 3']);
});

test('a lane that had its turn stands last in the next batch', () => {
  const queue = new FairQueue<Element>({ queuedMax: 100, takenMax: 2 });
  for (const lane of ['a', 'b', 'c']) {
    for (let number = 0; number < 2; number++) queue.offer({ lane, weight: 1, number });
  }
  assert.deepEqual(take(queue), ['a 0', 'b 0']);
  assert.deepEqual(take(queue), ['c 0', 'a 1']);
  assert.deepEqual(take(queue), ['b 1', 'c 1']);
});

test('between two heavy elements of a lane the others have a batch, also those that came later', () => {
  const queue = new FairQueue<Element>({ queuedMax: 1_000, takenMax: 4 });
  for (let number = 0; number < 4; number++) queue.offer({ lane: 'heavy', weight: 50, number });
  assert.deepEqual(take(queue), ['heavy 0']);
  queue.offer({ lane: 'light', weight: 1, number: 10 });
  queue.offer({ lane: 'light', weight: 1, number: 11 });
  assert.deepEqual(take(queue), ['light 10', 'light 11']);
  queue.offer({ lane: 'light', weight: 1, number: 12 });
  assert.deepEqual(take(queue), ['heavy 1'], 'nor does the heavy lane wait for ever');
  assert.deepEqual(take(queue), ['light 12']);
  assert.deepEqual(take(queue), ['heavy 2']);
  assert.deepEqual(take(queue), ['heavy 3'], 'nothing lighter waits');
});

test('a reserved element is taken in when the queue is full', () => {
  const queue = new FairQueue<Element>({ queuedMax: 2, takenMax: 2 });
  for (const lane of ['a', 'b']) assert.equal(queue.offer({ lane, weight: 1, number: 0 }), true);
  assert.equal(queue.offer({ lane: 'c', weight: 1, number: 0 }), false);
  assert.equal(queue.offer({ lane: 'reports', weight: 1, isReserved: true, number: 0 }), true);
  assert.equal(queue.weight, 3);
});

test('whatever was accepted is taken once, in order, and the weight adds up', () => {
  const element = fc.record({ lane: fc.constantFrom('a', 'b', 'c'), weight: fc.integer({ min: 1, max: 8 }) });
  fc.assert(
    fc.property(fc.array(fc.oneof(element, fc.constant('take' as const)), { maxLength: 200 }), (steps) => {
      const queue = new FairQueue<Element>({ queuedMax: 60, takenMax: 10 });
      const accepted: Element[] = [];
      const taken: Element[] = [];
      for (const [number, step] of [
        ...steps,
        ...Array.from({ length: 100 }, () => 'take' as const),
      ].entries()) {
        if (step === 'take') {
          const batch = queue.take();
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
