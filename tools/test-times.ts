import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The cost of the process of a test file, in seconds. */
interface Cost {
  readonly main: string;
  readonly wall: number;
  readonly own: number;
  readonly started: number;
}

const fileName = 'BILLONCE_TEST_TIMES';
const parentName = 'BILLONCE_TEST_TIMES_PARENT';

/** The file to which a process of a test file writes its cost; undefined if that was not requested. */
export function timesFileOf(environment: NodeJS.ProcessEnv): string | undefined {
  return environment[fileName];
}

/** The id of the process that starts the processes of the test files. */
export function timesParentOf(environment: NodeJS.ProcessEnv): number {
  return Number(environment[parentName]);
}

/** The costs of the processes of a run. */
export class TestTimes {
  readonly #folder = mkdtempSync(join(tmpdir(), 'billonce-times-'));
  readonly #file = join(this.#folder, 'times.jsonl');

  /** Makes the processes that this one starts write their cost. */
  start(): void {
    writeFileSync(this.#file, '');
    process.env[fileName] = this.#file;
    process.env[parentName] = String(process.pid);
  }

  /** A table of the processes, the most expensive first. Removes the files that they wrote. */
  table(namesOf: (main: string) => string): string {
    const costs = readCosts(this.#file).sort((a, b) => total(b) - total(a));
    rmSync(this.#folder, { recursive: true });
    const line = (numbers: readonly string[], name: string) =>
      [...numbers.map((text) => text.padStart(8)), name].join(' ');
    const rows = costs.map((cost) =>
      line(
        [total(cost), cost.own, cost.started, cost.wall].map((seconds) => seconds.toFixed(1)),
        namesOf(cost.main),
      ),
    );
    const sum = costs.reduce((seconds, cost) => seconds + total(cost), 0).toFixed(1);
    const head = line(['cpu', 'own', 'started', 'wall'], 'files (seconds of processors, and by the clock)');
    return [head, ...rows, `${sum.padStart(8)} in all`].join('\n');
  }
}

function total(cost: Cost): number {
  return cost.own + cost.started;
}

function readCosts(file: string): Cost[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line));
}
