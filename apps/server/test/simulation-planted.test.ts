// Tests the prover: each planted fault in the server or its database must break a promise in one of several worlds, or
// fail a test.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { withstood } from './harness/proofs.ts';
import { rounds } from './harness/rounds.ts';
import { seedOf } from './harness/seeded-random.ts';
import { plantedFaults } from './simulation/planted/faults.ts';
import { findFault } from './simulation/planted/find.ts';

/** A fault must be found within this many worlds. Otherwise the prover is too weak. */
const worldsMax = { test: 150, prove: 400 } as const;
/** `npm test` looks for one in this many faults. `npm run prove` looks for all of them, with another seed each time. */
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
