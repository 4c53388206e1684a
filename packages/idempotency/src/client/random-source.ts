/** Randomness for the client, as a port: returns a number of random bytes. */
export type RandomSource = (bytes: number) => Uint8Array;

/** The platform's cryptographic random numbers. */
export const systemRandomSource: RandomSource = (bytes) =>
  globalThis.crypto.getRandomValues(new Uint8Array(bytes));

/** A random number from 0 to below 1. */
export function randomFraction(random: RandomSource): number {
  let sum = 0;
  for (const byte of random(4)) sum = sum * 256 + byte;
  return sum / 2 ** 32;
}
