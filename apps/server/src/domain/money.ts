import type { Amount } from './amount.ts';

/** An amount of money: a whole number of stroops, 10^-7 XLM each. */
export type Stroops = bigint;

/** The largest lifetime total of one account, in stroops: what 64 bits hold. */
export const stroopsMax: Stroops = 2n ** 63n - 1n;

/** The largest lifetime total of one account, in requests: what JSON represents exactly. */
export const requestsTotalMax = Number.MAX_SAFE_INTEGER;

/** What a number of requests costs at a price. Exact: it neither rounds nor saturates. */
export function amountOf(requests: number, priceStroops: Stroops): Stroops {
  return BigInt(requests) * priceStroops;
}

/** What a number of requests costs at the price in force, as an exact amount of its asset. */
export function costOfUsage(requests: number, { priceStroops }: { readonly priceStroops: Stroops }): Amount {
  return amountOf(requests, priceStroops) * amountOfStroop;
}

/** A stroop as an exact amount: 10^-7 in 10^-18. */
export const amountOfStroop: Amount = 100_000_000_000n;
