import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Instrumenter } from '@stryker-mutator/instrumenter';
import { root } from './places.ts';

/** A place in a file; lines and columns count from 0. */
interface Place {
  readonly line: number;
  readonly column: number;
}

/** One small change of a source. */
export interface Mutant {
  readonly id: string;
  /** below the root of the repository */
  readonly file: string;
  /** the name of the kind of change, of Stryker */
  readonly mutator: string;
  /** what is replaced */
  readonly original: string;
  readonly replacement: string;
  readonly start: Place;
  /** offsets in the source */
  readonly range: readonly [from: number, to: number];
}

interface Instrumented {
  /** by absolute path: the source with all its mutants, of which the active one is chosen while it runs */
  readonly sources: ReadonlyMap<string, string>;
  readonly mutants: readonly Mutant[];
}

const quiet = {
  isTraceEnabled: () => false,
  isDebugEnabled: () => false,
  isInfoEnabled: () => false,
  isWarnEnabled: () => false,
  isErrorEnabled: () => false,
  isFatalEnabled: () => false,
  trace: () => undefined,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  fatal: () => undefined,
};

/** Puts all mutants of some files into copies of them. */
export async function instrument(files: readonly string[]): Promise<Instrumented> {
  const contents = new Map(
    files.map((file) => [path.resolve(root, file), readFileSync(path.resolve(root, file), 'utf8')]),
  );
  const { files: copies, mutants } = await new Instrumenter(quiet).instrument(
    [...contents].map(([name, content]) => ({ name, content, mutate: true })),
    { plugins: null, excludedMutations: [], ignorers: [] },
  );
  return {
    sources: new Map(copies.map(({ name, content }) => [name, content])),
    mutants: mutants.map(({ id, fileName, mutatorName, replacement, location }) => {
      const content = contents.get(fileName) ?? '';
      const range = [offsetOf(content, location.start), offsetOf(content, location.end)] as const;
      return {
        id,
        file: path.relative(root, fileName),
        mutator: mutatorName,
        original: content.slice(...range),
        replacement,
        start: location.start,
        range,
      };
    }),
  };
}

function offsetOf(content: string, { line, column }: Place): number {
  let start = 0;
  for (let left = line; left > 0; left -= 1) start = content.indexOf('\n', start) + 1;
  return start + column;
}
