import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type Explanation, identified } from './explained.ts';
import type { MutationRun } from './run-mutants.ts';
import type { Sample } from './sample.ts';
import { scoresFile } from './targets.ts';

/** The score of the mutants of a folder. */
export interface Score {
  readonly files: number;
  readonly mutants: number;
  /** a test failed or did not end */
  readonly killed: number;
  /** of those: the ones that did not end in time */
  readonly late: number;
  /** survived the tests near them, and the compiler refuses them */
  readonly refused: number;
  readonly explained: number;
  readonly unexplained: number;
}

/** A score that the docs show. */
export interface KeptScore extends Score {
  /** whether only the tests near the sources ran */
  readonly isNear: boolean;
  /** if only some of the mutants were examined: how they were chosen, and among how many */
  readonly sample?: (Sample & { readonly of: number }) | undefined;
}

export function scoreOf(
  { mutants, verdicts }: Pick<MutationRun, 'mutants' | 'verdicts'>,
  explained: ReadonlyMap<string, Explanation>,
): Score {
  const count = (...wanted: readonly string[]) =>
    mutants.filter((mutant) => wanted.includes(verdicts.get(mutant) ?? '')).length;
  const alive = count('survived', 'unreached');
  const known = [...identified(mutants)].filter(
    ([identity, mutant]) =>
      explained.has(identity) && ['survived', 'unreached'].includes(verdicts.get(mutant) ?? ''),
  ).length;
  return {
    files: new Set(mutants.map(({ file }) => file)).size,
    mutants: mutants.length,
    killed: count('killed', 'late'),
    late: count('late'),
    refused: count('refused'),
    explained: known,
    unexplained: alive - known,
  };
}

/** The share of killed mutants among those that the compiler accepts, in percent with one digit, never rounded up. */
export function percentOf({ mutants, refused, killed }: Score): string {
  const accepted = mutants - refused;
  return accepted === 0 ? '100.0' : (Math.floor((killed * 1000) / accepted) / 10).toFixed(1);
}

export function scoreLine(name: string, score: Score): string {
  const { files, mutants, killed, late, refused, explained, unexplained } = score;
  return `${name}: ${percentOf(score)} % of ${mutants} mutants in ${files} files: ${killed} killed (${late} late), ${refused} refused by the compiler, ${explained} explained, ${unexplained} unexplained`;
}

export function keptScores(): Readonly<Record<string, KeptScore>> {
  return existsSync(scoresFile) ? JSON.parse(readFileSync(scoresFile, 'utf8')) : {};
}

export function keepScore(name: string, score: KeptScore): void {
  writeFileSync(scoresFile, `${JSON.stringify({ ...keptScores(), [name]: score }, undefined, 2)}\n`);
}
