// Runs the real write path in a seeded world in which clients, servers, network, clocks, disk and database fail.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figure, withstood } from './harness/proofs.ts';
import { rounds } from './harness/rounds.ts';
import { seedOf } from './harness/seeded-random.ts';
import found from './simulation/found.json' with { type: 'json' };
import { describeFailure, shrink } from './simulation/shrink.ts';
import { simulate } from './simulation/simulate.ts';
import { parseShape } from './simulation/world.ts';

test('every promise holds after every step of a simulated world', async (t) => {
  const first = seedOf(t);
  const count = rounds({ test: 40, prove: 3_000 });
  const sums = new Map<string, number>();
  for (let seed = first; seed < first + count; seed++) {
    const result = await simulate(seed);
    if (result.violation !== undefined) assert.fail(describeFailure(await shrink(result)));
    for (const [name, value] of Object.entries({ ...result.counts, steps: result.steps }))
      sums.set(name, (sums.get(name) ?? 0) + value);
  }
  assert.ok((sums.get('commits') ?? 0) > count, 'the worlds hardly commit anything');
  assert.ok((sums.get('replays') ?? 0) > count, 'the worlds hardly retry anything');
  const of = (name: string) => figure(sums.get(name) ?? 0);
  withstood(
    'simulated_worlds',
    `${figure(count)} worlds, ${of('steps')} steps, ${of('commits')} commits, ${of('replays')} replays`,
  );
});

for (const { seed, shape } of found) {
  test(`a world that once broke a promise now keeps all promises: SEED=${seed}`, async () => {
    const result = await simulate(seed, parseShape(shape));
    assert.equal(result.violation, undefined, describeFailure(result));
  });
}

test('the same seed makes the same world', async (t) => {
  const seed = seedOf(t);
  const [one, other] = [await simulate(seed), await simulate(seed)];
  assert.deepEqual({ ...one, shape: undefined }, { ...other, shape: undefined });
});
