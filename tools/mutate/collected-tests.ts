// Replaces `node:test` in a worker: it collects the tests of a file, and runs some of them, one after the other. The runner of
// Node would print its results, and run each test only once.
import { type MockTracker, mock, type TestContext } from 'node:test';

type TestFunction = (t: TestContext) => unknown;
type Hook = (t?: unknown) => unknown;
interface TestOptions {
  readonly skip?: boolean | string;
  readonly todo?: boolean | string;
}

interface Test {
  readonly id: number;
  readonly name: string;
  readonly run: TestFunction;
}

interface Hooks {
  readonly before: Hook[];
  readonly after: Hook[];
  readonly beforeEach: Hook[];
  readonly afterEach: Hook[];
}

interface Suite extends Hooks {
  readonly parts: (Test | Suite)[];
}

/** The outcome of a test. */
export interface Outcome {
  readonly id: number;
  readonly name: string;
  readonly ms: number;
  readonly fault: string | undefined;
}

class Skipped extends Error {}

export class CollectedTests {
  readonly #top: Suite = emptySuite();
  #current: Suite = this.#top;
  #nextId = 0;

  /** The functions that a test file imports. */
  readonly exports = {
    test: testFunction((name, run) => this.#add(name, run)),
    it: testFunction((name, run) => this.#add(name, run)),
    describe: testFunction((name, fill) => this.#describe(name, fill as Hook)),
    suite: testFunction((name, fill) => this.#describe(name, fill as Hook)),
    before: (hook: Hook) => this.#current.before.push(hook),
    after: (hook: Hook) => this.#current.after.push(hook),
    beforeEach: (hook: Hook) => this.#current.beforeEach.push(hook),
    afterEach: (hook: Hook) => this.#current.afterEach.push(hook),
    mock,
  };

  #add(name: string, run: TestFunction): void {
    this.#current.parts.push({ id: this.#nextId, name, run });
    this.#nextId += 1;
  }

  #describe(_name: string, fill: Hook): void {
    const outer = this.#current;
    const suite = emptySuite();
    outer.parts.push(suite);
    this.#current = suite;
    try {
      fill();
    } finally {
      this.#current = outer;
    }
  }

  /**
   * Runs tests in the order of their file.
   *
   * @param ids the tests to run; all by default
   * @param onStart called with the id of each test, and with `undefined` between tests
   */
  async run(options: {
    readonly ids?: readonly number[] | undefined;
    readonly stopsAtFault: boolean;
    readonly onStart: (id: number | undefined) => void;
  }): Promise<Outcome[]> {
    const chosen = options.ids === undefined ? undefined : new Set(options.ids);
    const outcomes: Outcome[] = [];
    const isOver = () => options.stopsAtFault && outcomes.some(({ fault }) => fault !== undefined);
    const isChosen = (part: Test | Suite): boolean =>
      'parts' in part ? part.parts.some(isChosen) : chosen === undefined || chosen.has(part.id);
    const runSuite = async (suite: Suite, outer: readonly Suite[]) => {
      const chain = [...outer, suite];
      try {
        for (const hook of suite.before) await hook();
        for (const part of suite.parts.filter(isChosen)) {
          if (isOver()) break;
          if ('parts' in part) {
            await runSuite(part, chain);
            continue;
          }
          options.onStart(part.id);
          outcomes.push(await runTest(part, chain));
          options.onStart(undefined);
        }
      } catch (error) {
        outcomes.push({ id: -1, name: 'before', ms: 0, fault: String(error) });
      } finally {
        for (const hook of suite.after) {
          await attempt(hook, (fault) => outcomes.push({ id: -1, name: 'after', ms: 0, fault }));
        }
      }
    };
    await runSuite(this.#top, []);
    return outcomes;
  }
}

async function runTest(test: Test, suites: readonly Suite[]): Promise<Outcome> {
  const startMs = performance.now();
  let fault: string | undefined;
  const note = (found: string) => {
    fault ??= found;
  };
  const undo: Hook[] = [];
  const context = contextOf(test.name, undo);
  await attempt(async () => {
    for (const suite of suites) for (const hook of suite.beforeEach) await hook(context);
    await test.run(context);
  }, note);
  for (const hook of undo) await attempt(hook, note);
  for (const suite of suites.toReversed()) for (const hook of suite.afterEach) await attempt(hook, note);
  mock.timers.reset();
  mock.restoreAll();
  return { id: test.id, name: test.name, ms: performance.now() - startMs, fault };
}

async function attempt(run: Hook, note: (fault: string) => unknown): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Skipped))
      note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

/** The context that a test receives. */
function contextOf(name: string, undo: Hook[]): TestContext {
  const context = {
    name,
    fullName: name,
    signal: new AbortController().signal,
    mock: mock as MockTracker,
    after: (hook: Hook) => undo.push(hook),
    diagnostic: () => undefined,
    skip: () => undefined,
    todo: () => undefined,
    plan: () => undefined,
    test: testFunction(async (part, run) => {
      const { fault } = await runTest({ id: -1, name: part, run }, []);
      if (fault !== undefined) throw new Error(fault);
    }),
  };
  return context as unknown as TestContext;
}

/** Accepts a function with or without options before it. Tests that are skipped or marked as todo are omitted. */
function testFunction<R>(add: (name: string, run: TestFunction) => R) {
  const take = (name: string, ...rest: readonly (TestOptions | TestFunction)[]): R | undefined => {
    const run = rest.find((part) => typeof part === 'function');
    const options = rest.find((part) => typeof part === 'object');
    const isLeftOut = [options?.skip, options?.todo].some((mark) => mark !== undefined && mark !== false);
    return run === undefined || isLeftOut ? undefined : add(name, run);
  };
  const leaveOut = () => undefined;
  return Object.assign(take, { skip: leaveOut, todo: leaveOut });
}

function emptySuite(): Suite {
  return { before: [], after: [], beforeEach: [], afterEach: [], parts: [] };
}
