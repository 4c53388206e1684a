// The prover proves itself: each fault that is planted in the server or in its database breaks a promise in one of some worlds, or fails a test.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { withstood } from './harness/proofs.ts';
import { rounds } from './harness/rounds.ts';
import { seedOf } from './harness/seeded-random.ts';
import { plantedFaults } from './simulation/planted/faults.ts';
import { findFault } from './simulation/planted/find.ts';

/** A fault is found in so many worlds, or the prover is too weak. */
const worldsMax = { test: 150, prove: 400 } as const;
/** `npm test` looks for one of so many faults, `npm run prove` for all, from another seed each time. */
const shareOfFaults = 6;

test('each planted fault is found', async (t) => {
  const seed = seedOf(t);
  const firstSeed = rounds({ test: 1, prove: seed });
  const share = rounds({ test: shareOfFaults, prove: 1 });
  const faults = plantedFaults.filter((_, index) => index % share === seed % share);
  let foundCount = 0;
  for (const fault of faults) {
    await t.test(fault.name, async (own) => {
      const found = await findFault(fault, firstSeed, rounds(worldsMax));
      assert.ok(found !== undefined, `nothing found it, in ${rounds(worldsMax)} worlds or in its test`);
      own.diagnostic(found);
      foundCount += 1;
    });
  }
  assert.equal(foundCount, faults.length);
  withstood(
    'planted_faults',
    `${foundCount} of ${faults.length} faults, each within ${rounds(worldsMax)} worlds or by its test`,
  );
});

test('each planted fault changes a text that is in its file', () => {
  const root = new URL('../../../', import.meta.url);
  const stale = plantedFaults.filter(
    ({ file, from }) => !readFileSync(new URL(file, root), 'utf8').includes(from),
  );
  assert.deepEqual(
    stale.map(({ name }) => name),
    [],
  );
});

test('the names of planted faults are all different', () => {
  const names = new Set(plantedFaults.map(({ name }) => name));
  assert.equal(names.size, plantedFaults.length);
  assert.ok(names.size >= 40);
});
