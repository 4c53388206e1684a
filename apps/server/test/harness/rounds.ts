/** How often a test repeats something in `npm test` and in `npm run prove`. Both run each file that uses this. */
export function rounds(count: { readonly test: number; readonly prove: number }): number {
  return process.env['PROVE'] === '1' ? count.prove : count.test;
}

/** After how many minutes a long run ends before it reached its number of repetitions, which it then reports. */
export const minutesMax = Number(process.env['PROVE_MINUTES'] ?? Number.POSITIVE_INFINITY);
