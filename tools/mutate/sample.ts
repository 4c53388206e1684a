import { createHash } from 'node:crypto';
import { identified } from './explained.ts';
import type { Mutant } from './instrument.ts';

/** Some of the mutants of a folder that has too many for its tests. The same seed chooses the same mutants. */
export interface Sample {
  readonly size: number;
  readonly seed: number;
}

/** Chooses mutants by the digests of their identities with the seed, and leaves them in their order. */
export function sampleOf(mutants: readonly Mutant[], { size, seed }: Sample): readonly Mutant[] {
  const ranked = [...identified(mutants)]
    .map(
      ([identity, mutant]) =>
        [createHash('sha256').update(`${seed} ${identity}`).digest('hex'), mutant] as const,
    )
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const chosen = new Set(ranked.slice(0, size).map(([, mutant]) => mutant));
  return mutants.filter((mutant) => chosen.has(mutant));
}
