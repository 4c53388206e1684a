/** How often a test does something: in `npm test`, and in `npm run prove`. A file that asks is run by both. */
export function rounds(count: { readonly test: number; readonly prove: number }): number {
  return process.env['PROVE'] === '1' ? count.prove : count.test;
}
