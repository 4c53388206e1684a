// The process that runs bundles of test files, with one mutant active at a time.
import { on } from 'node:events';
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { CollectedTests, type Outcome } from './collected-tests.ts';
import { bundlesFolder, root } from './places.ts';

/** A request to a worker. */
export interface Run {
  readonly bundle: string;
  readonly testFile: string;
  /** the active mutant; without one, the worker counts which test reaches which mutant */
  readonly mutant?: string | undefined;
  /** how often the mutant may be reached, so that an endless loop ends */
  readonly hitsMax?: number | undefined;
  readonly tests?: readonly number[] | undefined;
}

/** The answer of a worker. */
export interface RunResult {
  readonly outcomes: readonly Outcome[];
  /** how often each mutant was reached: while modules were loaded, and by each test */
  readonly coverage: Coverage | undefined;
  /** whether something failed outside a test, so that the process must not be used again */
  readonly isSpent: boolean;
  readonly heapBytes: number;
}

export interface Coverage {
  readonly static: Readonly<Record<string, number>>;
  readonly perTest: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** The object that the instrumented code reads and writes. */
interface Namespace {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: Coverage;
}

const lookEveryMs = 40;
/** A process that is idle at this many looks in a row waits for ever. */
const idleLooksMax = 5;
const bundles = pathToFileURL(`${bundlesFolder(process.ppid)}/`).href;
const namespace: Namespace = {};
Object.assign(globalThis, { __stryker__: namespace });
let hasProperties = false;

registerHooks({
  resolve(specifier, context, nextResolve) {
    const parent = context.parentURL;
    if (parent === undefined || !parent.startsWith(bundles)) return nextResolve(specifier, context);
    hasProperties ||= specifier === 'fast-check';
    // Packages are resolved from the folder of the test file.
    const testFile = parent.slice(bundles.length).replace(/\.mjs$/, '.ts');
    return nextResolve(specifier, { ...context, parentURL: pathToFileURL(`${root}/${testFile}`).href });
  },
});

let onFault: (fault: string) => void = () => undefined;
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error: unknown) =>
    onFault(error instanceof Error ? (error.stack ?? error.message) : String(error)),
  );
}

async function answer(run: Run): Promise<void> {
  const outside = Promise.withResolvers<RunResult>();
  onFault = (fault) => outside.resolve(resultOf([{ id: -1, name: 'outside tests', ms: 0, fault }], true));
  const watch = watchForNothing(() =>
    outside.resolve(resultOf([{ id: -1, name: 'wait', ms: 0, fault: 'never ends' }], false)),
  );
  process.send?.(await Promise.race([execute(run), outside.promise]));
  clearInterval(watch);
}

/** Calls back when the process waits for nothing but its parent, so that it would wait for ever. */
function watchForNothing(onNothing: () => void): NodeJS.Timeout {
  let idle = 0;
  const watch = setInterval(() => {
    const awaited = process.getActiveResourcesInfo().filter((name) => name !== 'PipeWrap');
    idle = awaited.length === 0 ? idle + 1 : 0;
    if (idle === idleLooksMax) onNothing();
  }, lookEveryMs);
  return watch.unref();
}

async function execute(run: Run): Promise<RunResult> {
  const { mutant, hitsMax } = run;
  Object.assign(namespace, {
    activeMutant: mutant,
    currentTestId: undefined,
    hitCount: hitsMax === undefined ? undefined : 0,
    hitLimit: hitsMax,
    mutantCoverage: { static: {}, perTest: {} },
  });
  const tests = new CollectedTests();
  Object.assign(globalThis, { [Symbol.for('billonce.tests')]: tests.exports });
  try {
    const { load } = await import(pathToFileURL(run.bundle).href);
    // A failing property is enough; its smallest counterexample is not needed.
    if (hasProperties) (await import('fast-check')).configureGlobal({ endOnFailure: true });
    await load();
  } catch (error) {
    return resultOf([{ id: -1, name: 'load', ms: 0, fault: String(error) }], false);
  }
  const outcomes = await tests.run({
    ids: run.tests,
    stopsAtFault: mutant !== undefined,
    onStart: (id) => {
      namespace.currentTestId = id === undefined ? undefined : `t${id}`;
    },
  });
  return resultOf(outcomes, false);
}

function resultOf(outcomes: readonly Outcome[], isSpent: boolean): RunResult {
  return {
    outcomes,
    coverage: namespace.activeMutant === undefined ? namespace.mutantCoverage : undefined,
    isSpent,
    heapBytes: process.memoryUsage.rss(),
  };
}

for await (const [run] of on(process, 'message')) await answer(run as Run);
