import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { longestFirst, takesLong } from './test-order.ts';

/** Test files that run in one process, one after the other. */
export interface TestBatch {
  /** what the process runs: the test file, or a file that imports them */
  readonly main: string;
  readonly files: readonly string[];
}

/** The folder of the files that import test files: plain JavaScript, because Node strips no types under node_modules. */
const folder = join('node_modules', '.cache', 'billonce-test-batches');
/** Unit tests take milliseconds, so nearly all of their cost is that of the process. */
const unitFilesMax = 30;
const otherFilesMax = 10;
/**
 * Matches files that cannot share a process: those that change which modules are loaded, and those that wait before their
 * first test, because the tests of the previous file would end without waiting for that.
 */
const needsOwnProcess = /old-versions-first|registerHooks|^(?:const .+ = )?await /m;

/**
 * Groups test files that can share a process: loading the modules of the server takes longer than the tests of most files.
 * A file that takes long, or that cannot share a process, has a separate one. Files that choose an engine share a process with
 * those that choose the same engine.
 */
export function testBatches(files: readonly string[]): TestBatch[] {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const alone: string[] = [];
  const groups = new Map<string, string[]>();
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    if (takesLong(file) || needsOwnProcess.test(text)) {
      alone.push(file);
      continue;
    }
    const choices = text.matchAll(/process\.env\['BILLONCE_TEST_\w+'\] = .*/g);
    const key = [roomOf(file), ...choices].join(' ');
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  const together = [...groups].flatMap(([key, members]) =>
    chunks(members, isUnit(key) ? unitFilesMax : otherFilesMax),
  );
  return [
    ...longestFirst(alone).map((file) => ({ main: file, files: [file] })),
    ...together.map((members, index) => batchOf(members, index)),
  ];
}

function batchOf(files: readonly string[], index: number): TestBatch {
  const [first, ...others] = files;
  if (first !== undefined && others.length === 0) return { main: first, files };
  const main = join(folder, `batch-${index + 1}.mjs`);
  // Absolute paths are fine: each run writes the file again, and it is never committed.
  const lines = files.map((file) => `await import(${JSON.stringify(pathToFileURL(file).href)});`);
  writeFileSync(main, `${lines.join('\n')}\n`);
  return { main, files };
}

/** The workspace of a file, whether its tests are next to the sources, and whether they need PostgreSQL. */
function roomOf(file: string): string {
  const room = file.split('/').slice(0, 3).join('/');
  return file.includes('/test/postgres/') ? `${room}/postgres` : room;
}

function isUnit(key: string): boolean {
  return key.endsWith('/src');
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  const count = Math.ceil(items.length / size);
  const length = Math.ceil(items.length / count);
  return Array.from({ length: count }, (_, index) => items.slice(index * length, (index + 1) * length));
}
