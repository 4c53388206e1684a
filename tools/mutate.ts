// Mutation testing: changes one small thing of the sources at a time, and looks whether a test fails.
import { globSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { describe, identified, identityOf, readExplanations, writeExplanations } from './mutate/explained.ts';
import { workFolder } from './mutate/places.ts';
import { runMutants } from './mutate/run-mutants.ts';
import { type KeptScore, keepScore, scoreLine, scoreOf } from './mutate/scores.ts';
import { explanationsFile, type Target, targets } from './mutate/targets.ts';
import { TypeChecker } from './mutate/type-check.ts';
import { bundleForTests } from './test-bundles.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    near: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
    resume: { type: 'boolean', default: false },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
});

const isSource = (file: string) => !file.endsWith('.test.ts') && !file.includes('/test/');
const chosen = targets.flatMap((target) => {
  const all = globSync(`${target.folder}/**/*.ts`).filter(isSource).sort();
  const sources = all.filter(
    (file) => positionals.length === 0 || positionals.some((part) => file.startsWith(part)),
  );
  const isWhole = sources.length === all.length;
  const names = isWhole ? [target.folder] : positionals.filter((part) => part.startsWith(target.folder));
  return sources.length === 0 ? [] : [{ target, sources, name: names.join(', ') }];
});
if (chosen.length === 0) {
  console.error(`nothing to mutate; the folders are ${targets.map(({ folder }) => folder).join(', ')}`);
  process.exit(1);
}

const sample =
  values.sample === undefined ? undefined : { size: Number(values.sample), seed: Number(values.seed) };
if (
  sample !== undefined &&
  !(Number.isInteger(sample.size) && sample.size > 0 && Number.isInteger(sample.seed))
) {
  console.error('--sample takes the number of mutants, and --seed a whole number');
  process.exit(1);
}

mkdirSync(workFolder, { recursive: true });
const survivorsFile = path.join(workFolder, 'survivors.json');
const unexplained: ReturnType<typeof describe>[] = [];
let isFailed = false;

for (const { target, sources, name } of chosen) {
  const score = await examine(target, sources);
  console.log(scoreLine(name, score));
  if (values.keep) keepScore(name, score);
  if (score.unexplained > 0 && target.isComplete) isFailed = true;
}
writeExplanations(
  survivorsFile,
  unexplained.map((one) => ({ ...one, reason: '' })),
);
if (unexplained.length > 0) {
  console.log(
    `${unexplained.length} unexplained survivors in ${survivorsFile}: kill them, or move them to ${explanationsFile} with a reason`,
  );
}
process.exit(isFailed ? 1 : 0);

async function examine(target: Target, sources: readonly string[]): Promise<KeptScore> {
  const startMs = performance.now();
  const explained = new Map(readExplanations(explanationsFile).map((one) => [identityOf(one), one]));
  const run = await runMutants({
    sources,
    near: globSync(target.near),
    wide: globSync(target.wide),
    far: values.near ? [] : target.far(),
    isResumed: values.resume,
    sample,
    explained: new Set(explained.keys()),
    types: () => new TypeChecker(globSync(`${target.folder}/**/*.ts`).filter(isSource)),
    environment: values.near ? {} : await bundleForTests(),
    log: (line) => console.error(`${Math.round((performance.now() - startMs) / 1000)} s: ${line}`),
  });
  for (const line of run.unusable) console.error(`not used, it fails without a mutant: ${line}`);
  for (const [identity, mutant] of identified(run.mutants)) {
    const verdict = run.verdicts.get(mutant);
    const isAlive = verdict === 'survived' || verdict === 'unreached';
    const explanation = explained.get(identity);
    if (!isAlive && explanation !== undefined) {
      console.log(
        `${mutant.file}:${mutant.start.line + 1} needs no explanation: ${verdict} (${explanation.reason})`,
      );
    }
    if (!isAlive || explanation !== undefined) continue;
    unexplained.push(describe(identity));
    const { file, start, mutator, original, replacement } = mutant;
    console.log(
      `${file}:${start.line + 1}:${start.column + 1} ${mutator} ${verdict}\n    ${original}\n    → ${replacement}`,
    );
  }
  const ofSample = sample === undefined ? {} : { sample: { ...sample, of: run.ofMutants } };
  return { ...scoreOf(run, explained), isNear: values.near, ...ofSample };
}
