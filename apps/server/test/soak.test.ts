import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rounds } from './harness/rounds.ts';
import { patternsOf } from './soak/patterns.ts';
import { slowdown, tableOf } from './soak/report.ts';
import { soak } from './soak/soak.ts';

/** How much slower a tenant's writes may be while another does the most expensive thing that it may. */
const slowdownMax = 5;

test('beside every hostile pattern the books are exact, and every place is given back', async (t) => {
  const seconds = Number(process.env['SOAK_SECONDS'] ?? rounds({ test: 0, prove: 600 }));
  const isLong = seconds > 0;
  const patterns = patternsOf(isLong ? 'long' : 'short');
  const slices = await soak(t, {
    writesEach: 8,
    // Alone before and after, and all at once.
    secondsEach: seconds / (patterns.length + 3),
    entriesEach: isLong ? 20_000 : 500,
    patterns,
    isApart: isLong,
  });
  if (!isLong) return;
  t.diagnostic(`\n${tableOf(slices)}`);
  const [alone, ...beside] = slices;
  assert.ok(alone);
  const slow = beside.filter((slice) => slowdown(slice, alone) >= slowdownMax);
  assert.deepEqual(
    slow.map(({ name }) => name),
    [],
    `slower than ${slowdownMax} × alone`,
  );
});
