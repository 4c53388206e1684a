import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { rounds } from './harness/rounds.ts';
import { patterns } from './soak/patterns.ts';
import { slowdown, tableHead } from './soak/report.ts';
import type { Length } from './soak/slice.ts';
import { allAtOnce, soak, soakApart } from './soak/soak.ts';

/**
 * How much slower a tenant's writes may be while another tenant does the most expensive things that it is allowed to.
 */
const slowdownMax = 5;

const seconds = Number(process.env['SOAK_SECONDS'] ?? rounds({ test: 0, prove: 600 }));
const isLong = seconds > 0;
/** The main file of another version of the server. Each pattern then runs on a new server, and nothing is asserted. */
const other = process.env['SOAK_SERVER'];
const isApart = other !== undefined || process.env['SOAK_APART'] === 'true';

test('with every hostile pattern running, the books are exact, and every place is released', async (t) => {
  const length: Length = {
    writesEach: 8,
    // Three and a quarter slices are without separate patterns: alone before and after, and all at once. With separate
    // servers, half of the time of each pattern is without an attack.
    secondsEach: seconds / (isApart ? patterns.length * 1.5 : patterns.length + 3.25),
    entriesEach: isLong ? 20_000 : 500,
    scale: isLong ? 1 : 0.02,
    patterns,
    isApart: isLong,
    ...(other === undefined ? {} : { main: resolve(other) }),
  };
  const print = (row: string) => (isLong ? console.log(row) : undefined);
  const [names, rule] = tableHead.split('\n');
  print(isApart ? `${names} afterwards |\n${rule} --- |` : tableHead);
  if (isApart) {
    await soakApart(t, length, print);
    return;
  }
  const slices = await soak(t, length, print);
  if (!isLong) return;
  const [alone, ...beside] = slices;
  assert.ok(alone);
  // The law is about one tenant. With all patterns at once, the measuring clients and the attackers share two
  // processors.
  const apart = beside.filter(({ name }) => name !== allAtOnce);
  const slow = apart.filter((slice) => slowdown(slice, alone) >= slowdownMax);
  assert.deepEqual(
    slow.map(({ name }) => name),
    [],
    `slower than ${slowdownMax} × alone`,
  );
});
