// Simulated worlds as tests of mutants: the real write path beside a second implementation of the rules, in memory. Each world is one
// test, so that a mutant meets only the worlds that reach it. The seeds stay the same, and a world that fails is not shrunk.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from '../../apps/server/test/simulation/simulate.ts';

const worlds = 40;

for (let seed = 1; seed <= worlds; seed++) {
  test(`every promise holds in the world of seed ${seed}`, async () => {
    const { violation } = await simulate(seed);
    assert.equal(violation, undefined);
  });
}
