import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type TestContext, test } from 'node:test';
import { identified, identityOf, readExplanations } from '../../../tools/mutate/explained.ts';
import { root, workFolder } from '../../../tools/mutate/places.ts';
import { type MutationOptions, type MutationRun, runMutants } from '../../../tools/mutate/run-mutants.ts';
import { sampleOf } from '../../../tools/mutate/sample.ts';
import { keptScores, percentOf, scoreOf } from '../../../tools/mutate/scores.ts';
import { explanationsFile } from '../../../tools/mutate/targets.ts';
import { TypeChecker } from '../../../tools/mutate/type-check.ts';

const toy = `export const limit: 3 = 3;
export function isOver(count: number): boolean {
  return count > limit;
}
export function countTo(end: number): number {
  let count = 0;
  while (count < end) count += 1;
  return count;
}
export function never(): string {
  return 'unreached';
}
export function later(isSoon: boolean): Promise<string> {
  if (isSoon) return Promise.resolve('soon');
  return new Promise(() => undefined);
}
`;

/** These tests do not check the edge of the limit, and do not call one of the functions. */
const toyTests = `import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countTo, isOver, later } from './toy.ts';
test('more than the limit is over it', (t) => {
  t.after(() => undefined);
  assert.equal(isOver(9), true);
  assert.equal(isOver(1), false);
});
describe('counting', () => {
  test('ends at the end', () => assert.equal(countTo(4), 4));
  test('fails without a mutant', () => assert.equal(countTo(4), 5));
  test.skip('is left out', () => assert.fail());
});
test('soon', async () => assert.equal(await later(true), 'soon'));
`;

/** Runs the mutants of a small source against its tests. */
async function mutateToy(
  t: TestContext,
  source = toy,
  { areTestsLong = false, ...changed }: Partial<MutationOptions> & { readonly areTestsLong?: boolean } = {},
): Promise<MutationRun> {
  mkdirSync(workFolder, { recursive: true });
  const folder = mkdtempSync(join(workFolder, 'toy-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'toy.ts'), source);
  writeFileSync(join(folder, 'toy.test.ts'), toyTests);
  const file = relative(root, join(folder, 'toy.ts'));
  const tests = file.replace('toy.ts', 'toy.test.ts');
  return runMutants({
    sources: [file],
    near: areTestsLong ? [] : [tests],
    wide: areTestsLong ? [tests] : [],
    far: [],
    isResumed: false,
    explained: new Set(),
    types: () => new TypeChecker([file]),
    environment: {},
    log: () => undefined,
    ...changed,
  });
}

/** The verdict on the mutant that replaces one piece of code by another. */
function verdictOn({ mutants, verdicts }: MutationRun, original: string, replacement: string): unknown {
  const mutant = mutants.find((one) => one.original === original && one.replacement === replacement);
  assert.ok(mutant !== undefined, `${original} → ${replacement}`);
  return verdicts.get(mutant);
}

test('a mutant that a test notices is killed, and one that no test looks at survives', async (t) => {
  const run = await mutateToy(t);
  assert.equal(verdictOn(run, 'count > limit', 'count <= limit'), 'killed');
  assert.equal(verdictOn(run, 'count > limit', 'count >= limit'), 'survived');
  assert.equal(verdictOn(run, "'unreached'", '""'), 'unreached');
  // An endless loop is stopped after a number of iterations.
  assert.equal(verdictOn(run, 'count += 1', 'count -= 1'), 'killed');
  // The run notices a promise that never resolves.
  assert.equal(verdictOn(run, 'isSoon', 'false'), 'killed');
  assert.equal(verdictOn(run, "{\n  return 'unreached';\n}", '{}'), 'refused');
  assert.deepEqual(
    run.unusable.map((line) => line.includes('fails without a mutant')),
    [true],
  );
});

test('an explained mutant is recognized after its line has moved, and is counted separately', async (t) => {
  const before = await mutateToy(t);
  const [explained] = [...identified(before.mutants)].filter(
    ([, { original, replacement }]) => original === 'count > limit' && replacement === 'count >= limit',
  );
  assert.ok(explained !== undefined);
  const [file, ...rest] = JSON.parse(explained[0]);
  assert.match(file, /toy\.ts$/);
  const after = await mutateToy(t, `// A new line.\n${toy}`);
  const moved = [...identified(after.mutants)].find(([identity]) => {
    const [, ...other] = JSON.parse(identity);
    return JSON.stringify(other) === JSON.stringify(rest);
  });
  assert.equal(moved?.[1].start.line, explained[1].start.line + 1);
  const [, line, mutator, original, replacement] = JSON.parse(moved[0]);
  const explanation = { file: moved[1].file, line, mutator, original, replacement, reason: 'planted' };
  const plain = scoreOf(after, new Map());
  const score = scoreOf(after, new Map([[identityOf(explanation), explanation]]));
  assert.equal(score.explained, 1);
  assert.equal(score.unexplained, plain.unexplained - 1);
  assert.equal(score.killed + score.refused + score.explained + score.unexplained, score.mutants);
  assert.match(percentOf(score), /^\d\d\.\d$/);
});

test('a sample examines some of the mutants, and a seed chooses always the same ones', async (t) => {
  const all = await mutateToy(t);
  const run = await mutateToy(t, toy, { sample: { size: 5, seed: 1 } });
  assert.deepEqual([run.ofMutants, run.mutants.length, run.verdicts.size], [all.mutants.length, 5, 5]);
  const picked = (seed: number) => sampleOf(all.mutants, { size: 10, seed }).map(({ id }) => Number(id));
  assert.deepEqual(
    picked(1),
    picked(1).toSorted((a, b) => a - b),
  );
  assert.deepEqual(picked(1), picked(1));
  assert.notDeepEqual(picked(1), picked(2));
});

test('longer tests meet only what survived the short ones and the compiler', async (t) => {
  const notes: string[] = [];
  const run = await mutateToy(t, toy, {
    areTestsLong: true,
    log: (line) => notes.push(line),
  });
  assert.equal(verdictOn(run, 'count > limit', 'count <= limit'), 'killed');
  assert.equal(verdictOn(run, "{\n  return 'unreached';\n}", '{}'), 'refused');
  const places = ['after the compiler', 'toy.test.ts'].map((end) =>
    notes.findIndex((line) => line.endsWith(end)),
  );
  assert.deepEqual(places, [1, 2]);
});

test('each explained mutant names an existing line of its source, and has a reason', () => {
  const explanations = readExplanations(join(root, explanationsFile));
  assert.ok(explanations.length > 0);
  for (const { file, line, original, replacement, reason } of explanations) {
    const lines = readFileSync(join(root, file), 'utf8').split('\n');
    assert.ok(
      lines.some((one) => one.trim() === line),
      `${file}: ${line}`,
    );
    assert.notEqual(original, replacement);
    assert.match(reason, /\w+ \w+/);
  }
});

test('the numbers of each kept score add up, and its sources exist', () => {
  for (const [name, { mutants, killed, refused, explained, unexplained }] of Object.entries(keptScores())) {
    assert.equal(killed + refused + explained + unexplained, mutants, name);
    for (const source of name.split(', ')) assert.ok(existsSync(join(root, source)), source);
  }
});
