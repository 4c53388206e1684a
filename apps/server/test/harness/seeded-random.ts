import type { TestContext } from 'node:test';

/** Random numbers that can be repeated with a seed. */
export interface Random {
  /** returns an integer in [0, bound) */
  below(bound: number): number;
  pick<T>(list: readonly T[]): T;
}

/** The seed of a test: SEED from the environment, or a fixed default. It is printed. */
export function seedOf(t: TestContext): number {
  const seed = Number(process.env['SEED'] ?? 20_260_501);
  t.diagnostic(`SEED=${seed}`);
  return seed;
}

export function seededRandom(t: TestContext, seed = seedOf(t)): Random {
  return randomOf(seed);
}

/** The random numbers of a seed. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  // mulberry32
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number): number => Math.floor(next() * bound);
  return {
    below,
    pick: (list) => {
      const found = list[below(list.length)];
      if (found === undefined) throw new Error('nothing to pick from');
      return found;
    },
  };
}
