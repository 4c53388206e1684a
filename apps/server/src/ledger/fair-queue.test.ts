import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FairQueue } from './fair-queue.ts';

interface Element {
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
