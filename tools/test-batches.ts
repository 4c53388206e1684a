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

/** Where the files that import others are written; plain JavaScript, because Node strips no types under node_modules. */
const folder = join('node_modules', '.cache', 'billonce-test-batches');
/** Unit tests take milliseconds, so what their process costs is nearly all they cost. */
const unitFilesMax = 30;
const otherFilesMax = 10;
/**
 * What a file has that cannot share a process: it changes which modules are loaded, or it waits before it has a test, for
 * which the tests of the file before it do not wait with their end.
 */
const needsOwnProcess = /old-versions-first|registerHooks|^(?:const .+ = )?await /m;

/**
 * Puts test files together that can share a process: loading the server's modules takes longer than most files' tests.
 * A file that takes long, or that cannot share one, has its own process. Files that choose an engine share one with
 * those that choose the same.
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
  // Absolute: the file is made again by each run, and never committed.
  const lines = files.map((file) => `await import(${JSON.stringify(pathToFileURL(file).href)});`);
  writeFileSync(main, `${lines.join('\n')}\n`);
  return { main, files };
}

/** The workspace of a file, whether its tests are beside the code, and whether they need PostgreSQL. */
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
