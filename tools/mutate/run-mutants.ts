import { rmSync } from 'node:fs';
import { bundleTests, type TestBundle } from './bundle.ts';
import { identified } from './explained.ts';
import { instrument, type Mutant } from './instrument.ts';
import { isAlive as isVerdictAlive, KnownVerdicts, type Verdict } from './known-verdicts.ts';
import { bundlesFolder } from './places.ts';
import { type Sample, sampleOf } from './sample.ts';
import type { TypeChecker } from './type-check.ts';
import { type WorkerAnswer, WorkerProcess } from './worker-process.ts';

export interface MutationRun {
  readonly mutants: readonly Mutant[];
  /** how many mutants the sources have; a sample has fewer */
  readonly ofMutants: number;
  readonly verdicts: ReadonlyMap<Mutant, Verdict>;
  /** tests that failed without any mutant, which are not used */
  readonly unusable: readonly string[];
  readonly testFiles: number;
}

export interface MutationOptions {
  /** the files to mutate */
  readonly sources: readonly string[];
  /** short tests next to the sources: all that reach a mutant are run */
  readonly near: readonly string[];
  /** longer tests near the sources: all that reach a mutant are run, if it survives the short ones and the compiler */
  readonly wide: readonly string[];
  /** larger tests: run for a limited time if a mutant survives all others */
  readonly far: readonly string[];
  /** whether to continue from the verdicts of earlier runs */
  readonly isResumed: boolean;
  /** how many mutants are examined, chosen by the seed; all of them by default */
  readonly sample?: Sample | undefined;
  /** identities of mutants that the compiler need not be asked about: they have an explanation */
  readonly explained: ReadonlySet<string>;
  readonly types: () => TypeChecker;
  readonly environment: Readonly<Record<string, string>>;
  readonly log: (line: string) => void;
}

/** A test file that passed without a mutant. */
interface Measured extends TestBundle {
  readonly ms: number;
  /** by mutant: the tests that reach it; `loading` if modules reach it while they are loaded */
  readonly reach: ReadonlyMap<
    string,
    { readonly tests: readonly number[]; readonly ms: number; readonly hits: number }
  >;
}

const measureWithinMs = 120_000;
/** A run may take this many times as long as without a mutant, and this much more: the machine may be busy. */
const slowness = 6;
const graceMs = 5_000;
/** A mutant may be reached this many times as often as the original, and this much more. */
const hitsFactor = 100;
const hitsMin = 10_000;
/** The far tests of a mutant may take this long together. */
const farMsMax = 20_000;
const linesEvery = 100;

/** Runs the tests against each mutant until one fails. */
export async function runMutants(options: MutationOptions): Promise<MutationRun> {
  const { log } = options;
  const { sources, mutants: all } = await instrument(options.sources);
  const mutants = options.sample === undefined ? all : sampleOf(all, options.sample);
  const bundles = await bundleTests([...options.near, ...options.wide, ...options.far], sources);
  log(
    `${mutants.length} of ${all.length} mutants in ${options.sources.length} files, reached by ${bundles.length} test files`,
  );
  const worker = new WorkerProcess(options.environment);
  const known = new KnownVerdicts(mutants, options.isResumed);
  const verdicts = new Map<Mutant, Verdict>(
    mutants.map((mutant) => [mutant, known.of(mutant) ?? 'unreached']),
  );
  const unusable: string[] = [];
  const isAlive = (mutant: Mutant) => isVerdictAlive(verdicts.get(mutant));

  const attack = async (files: readonly Measured[], msMax: number) => {
    const spentMs = new Map<Mutant, number>();
    for (const file of files.toSorted((a, b) => a.ms - b.ms)) {
      for (const mutant of mutants.filter(isAlive)) {
        const reach = file.reach.get(mutant.id);
        if (reach === undefined) continue;
        const spent = (spentMs.get(mutant) ?? 0) + reach.ms;
        if (spent > msMax) continue;
        spentMs.set(mutant, spent);
        const hitsMax = reach.hits * hitsFactor + hitsMin;
        const run = { ...file, mutant: mutant.id, hitsMax, tests: reach.tests };
        verdicts.set(mutant, verdictOf(await worker.run(run, reach.ms * slowness + graceMs)));
      }
      known.keep(verdicts);
      log(`${mutants.filter(isAlive).length} alive after ${file.testFile}`);
    }
  };
  try {
    const among = (files: readonly string[]) =>
      measured(
        worker,
        bundles.filter(({ testFile }) => files.includes(testFile)),
        unusable,
      );
    await attack(await among(options.near), Number.POSITIVE_INFINITY);
    const unexplained = [...identified(mutants)].flatMap(([identity, mutant]) =>
      isAlive(mutant) && !options.explained.has(identity) ? [mutant] : [],
    );
    const types = unexplained.length > 0 ? options.types() : undefined;
    for (const [index, mutant] of unexplained.entries()) {
      if (types?.isRefused(mutant) === true) verdicts.set(mutant, 'refused');
      if (index % linesEvery !== linesEvery - 1) continue;
      known.keep(verdicts);
      log(`asked the compiler about ${index + 1}`);
    }
    known.keep(verdicts);
    log(`${mutants.filter(isAlive).length} alive after the compiler`);
    if (mutants.some(isAlive)) await attack(await among(options.wide), Number.POSITIVE_INFINITY);
    if (mutants.some(isAlive)) await attack(await among(options.far), farMsMax);
  } finally {
    await worker.stop();
    rmSync(bundlesFolder(process.pid), { recursive: true, force: true });
  }
  return { mutants, ofMutants: all.length, verdicts, unusable, testFiles: bundles.length };
}

/** Runs test files without a mutant. Tests that fail are noted and left out. */
async function measured(
  worker: WorkerProcess,
  bundles: readonly TestBundle[],
  unusable: string[],
): Promise<Measured[]> {
  const files: Measured[] = [];
  for (const bundle of bundles) {
    const answer = await worker.run(bundle, measureWithinMs);
    if (answer.kind !== 'result' || answer.result.coverage === undefined) {
      unusable.push(`${bundle.testFile}: ${answer.kind}`);
      continue;
    }
    const { outcomes, coverage } = answer.result;
    const faults = outcomes.filter(({ fault }) => fault !== undefined);
    unusable.push(
      ...faults.map(({ name, fault }) => `${bundle.testFile}: ${name}: ${fault?.split('\n')[0]}`),
    );
    if (faults.some(({ id }) => id === -1)) continue;
    const usable = outcomes.filter(({ fault }) => fault === undefined);
    const reach = new Map<string, { tests: number[]; ms: number; hits: number }>();
    const note = (mutant: string, test: number, ms: number, hits: number) => {
      const known = reach.get(mutant) ?? { tests: [], ms: 0, hits: 0 };
      reach.set(mutant, { tests: [...known.tests, test], ms: known.ms + ms, hits: known.hits + hits });
    };
    for (const { id, ms } of usable) {
      // Code that runs while modules are loaded may affect every test.
      const hits = new Map(Object.entries(coverage.static));
      for (const [mutant, count] of Object.entries(coverage.perTest[`t${id}`] ?? {})) {
        hits.set(mutant, count + (hits.get(mutant) ?? 0));
      }
      for (const [mutant, count] of hits) note(mutant, id, ms, count);
    }
    files.push({ ...bundle, ms: usable.reduce((sum, { ms }) => sum + ms, 0), reach });
  }
  return files;
}

function verdictOf(answer: WorkerAnswer): Verdict {
  if (answer.kind !== 'result') return answer.kind === 'late' ? 'late' : 'killed';
  return answer.result.outcomes.some(({ fault }) => fault !== undefined) ? 'killed' : 'survived';
}
