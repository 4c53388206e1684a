import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { type TestBatch, testBatches } from './test-batches.ts';
import { bundleForTests } from './test-bundles.ts';
import { longestFirst } from './test-order.ts';
import { TestTimes } from './test-times.ts';

/** The cache of compiled code that the processes of tests share: reading it takes half the time of compiling. */
const compiled = join('node_modules', '.cache', 'billonce-tests');
/** Most tests wait for disks, sockets and other processes, so the number of parallel runs exceeds that of processors by one. */
const filesAtOnce = availableParallelism() + 1;
/** From this many files on, short files share processes, and the slowest files are listed. */
const filesThatAreMany = 30;
const slowestShown = 10;
const timesHook = new URL('./test-times-hook.ts', import.meta.url).href;
const threadsHook = new URL('./test-threads-hook.mjs', import.meta.url).href;

interface RunOptions {
  /** how long one file may take */
  readonly timeoutMs: number;
  /** whether to print what each process cost */
  readonly showsTimes?: boolean;
  /** whether to bundle the processes that even few files start: many starts are then worth the bundling */
  readonly startsAreMany?: boolean;
}

/**
 * Runs test files, prints how many passed, and fails the process if one failed. Few files have a process each; of many files,
 * the short ones share processes, and the processes and threads that they start are bundled.
 */
export async function runTests(files: readonly string[], options: RunOptions): Promise<void> {
  if (files.length === 0) {
    console.error('no test file matches');
    process.exit(1);
  }
  process.env['NODE_COMPILE_CACHE'] ??= join(process.cwd(), compiled);
  const areMany = files.length >= filesThatAreMany;
  const batches = areMany ? testBatches(files) : alone(files);
  const isBundled = process.env['BILLONCE_TEST_BUNDLES'] !== undefined;
  if (!isBundled && (areMany || options.startsAreMany === true))
    Object.assign(process.env, await bundleForTests());
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const seconds = new Map<string, number>();
  const times = options.showsTimes === true ? new TestTimes() : undefined;
  times?.start();
  const events = run({
    files: batches.map(({ main }) => main),
    concurrency: filesAtOnce,
    timeout: options.timeoutMs,
    execArgv: [threadsHook, ...(times === undefined ? [] : [timesHook])].flatMap((hook) => [
      '--import',
      hook,
    ]),
  });
  events.on('test:summary', ({ file, counts: found, duration_ms }) => {
    // Each file has its summary, and the whole run one without a file.
    if (file !== undefined) {
      seconds.set(namesOf(batches, relative(process.cwd(), file)), duration_ms / 1000);
      return;
    }
    counts.passed += found.passed;
    counts.failed += found.tests - found.passed - found.skipped - found.todo;
    counts.skipped += found.skipped + found.todo;
  });
  events.compose(spec).pipe(process.stdout);
  events.on('close', () => {
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    // This comes after everything that the reporter still prints.
    setImmediate(() => {
      if (times !== undefined) console.log(times.table((main) => namesOf(batches, main)));
      else if (areMany) console.log(slowest(seconds));
      console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
    });
    process.exitCode = counts.failed > 0 || counts.passed === 0 ? 1 : 0;
  });
}

function alone(files: readonly string[]): TestBatch[] {
  return longestFirst(files).map((file) => ({ main: file, files: [file] }));
}

/** The names of the test files that a process ran. */
function namesOf(batches: readonly TestBatch[], main: string): string {
  return batches.find((batch) => batch.main === main)?.files.join(', ') ?? main;
}

function slowest(seconds: ReadonlyMap<string, number>): string {
  const sorted = [...seconds].sort(([, a], [, b]) => b - a).slice(0, slowestShown);
  return ['the slowest files:', ...sorted.map(([file, took]) => `${took.toFixed(1)} s ${file}`)].join('\n');
}
