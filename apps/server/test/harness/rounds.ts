/** How often a test repeats something in `npm test` and in `npm run prove`. Both run each file that uses this. */
export function rounds(count: { readonly test: number; readonly prove: number }): number {
  return process.env['PROVE'] === '1' ? count.prove : count.test;
}
