import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Mutant } from './instrument.ts';
import { root } from './places.ts';

/** A mutant that no test can or need notice, with the reason. It is recognized even after its lines have moved. */
export interface Explanation {
  readonly file: string;
  /** the line of the source on which the mutant starts, without space around it */
  readonly line: string;
  readonly mutator: string;
  readonly original: string;
  readonly replacement: string;
  /** its number, if several mutants of the file are equal in all other members */
  readonly nth?: number;
  readonly reason: string;
}

/** The mutants of some files by their identity, which is unique. */
export function identified(mutants: readonly Mutant[]): ReadonlyMap<string, Mutant> {
  const byIdentity = new Map<string, Mutant>();
  for (const mutant of mutants) {
    let nth = 1;
    while (byIdentity.has(identityOf(descriptionOf(mutant, nth)))) nth += 1;
    byIdentity.set(identityOf(descriptionOf(mutant, nth)), mutant);
  }
  return byIdentity;
}

export function identityOf({
  file,
  line,
  mutator,
  original,
  replacement,
  nth = 1,
}: Omit<Explanation, 'reason'>): string {
  return JSON.stringify([file, line, mutator, original, replacement, nth]);
}

/** What identifies a mutant; long pieces of code by their beginnings and lengths. */
function descriptionOf(mutant: Mutant, nth: number): Omit<Explanation, 'reason'> {
  const lines = readFileSync(path.join(root, mutant.file), 'utf8').split('\n');
  return {
    file: mutant.file,
    line: (lines[mutant.start.line] ?? '').trim(),
    mutator: mutant.mutator,
    original: shortened(mutant.original),
    replacement: shortened(mutant.replacement),
    ...(nth === 1 ? {} : { nth }),
  };
}

const codeLengthMax = 80;

function shortened(code: string): string {
  const inOneLine = code.replaceAll(/\s+/g, ' ');
  if (inOneLine.length <= codeLengthMax) return inOneLine;
  return `${inOneLine.slice(0, codeLengthMax)}… (${inOneLine.length})`;
}

export function describe(identity: string): Omit<Explanation, 'reason'> {
  const [file, line, mutator, original, replacement, nth] = JSON.parse(identity);
  return { file, line, mutator, original, replacement, ...(nth === 1 ? {} : { nth }) };
}

export function readExplanations(file: string): readonly Explanation[] {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}

export function writeExplanations(file: string, explanations: readonly Explanation[]): void {
  writeFileSync(file, `${JSON.stringify(explanations, undefined, 2)}\n`);
}
