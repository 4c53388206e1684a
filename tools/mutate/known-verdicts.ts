import { createHash } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { identified } from './explained.ts';
import type { Mutant } from './instrument.ts';
import { root, workFolder } from './places.ts';

/** The verdict on a mutant: a test failed, or did not end; the compiler refuses it; no test noticed it, or none reaches it. */
export type Verdict = 'killed' | 'late' | 'refused' | 'survived' | 'unreached';

const file = path.join(workFolder, 'verdicts.json');

export function isAlive(verdict: Verdict | undefined): boolean {
  return verdict === 'survived' || verdict === 'unreached';
}

/** The verdicts of earlier runs on sources that have not changed since: an interrupted run continues from them. */
export class KnownVerdicts {
  #known: Record<string, Verdict>;
  readonly #names = new Map<Mutant, string>();
  readonly #isResumed: boolean;

  constructor(mutants: readonly Mutant[], isResumed: boolean) {
    this.#isResumed = isResumed;
    this.#known = isResumed ? keptVerdicts() : {};
    const digests = new Map<string, string>();
    for (const [identity, mutant] of identified(mutants)) {
      const digest = digests.get(mutant.file) ?? digestOf(mutant.file);
      digests.set(mutant.file, digest);
      this.#names.set(mutant, `${digest} ${identity}`);
    }
  }

  /** The known verdict on a mutant that did not survive. */
  of(mutant: Mutant): Verdict | undefined {
    return this.#known[this.#names.get(mutant) ?? ''];
  }

  keep(verdicts: ReadonlyMap<Mutant, Verdict>): void {
    if (!this.#isResumed) return;
    // Another run may have written verdicts on other sources meanwhile.
    this.#known = { ...keptVerdicts(), ...this.#known };
    for (const [mutant, verdict] of verdicts) {
      const name = this.#names.get(mutant);
      if (name !== undefined && !isAlive(verdict)) this.#known[name] = verdict;
    }
    writeFileSync(`${file}.new`, JSON.stringify(this.#known));
    renameSync(`${file}.new`, file);
  }
}

function keptVerdicts(): Record<string, Verdict> {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
}

function digestOf(source: string): string {
  return createHash('sha256')
    .update(readFileSync(path.join(root, source)))
    .digest('hex')
    .slice(0, 16);
}
