/** An amount of money: a whole number of stroops, 10^-7 XLM each. */
export type Stroops = bigint;

/** The most stroops that one account may come to in all its life: what 64 bits hold. */
export const stroopsMax: Stroops = 2n ** 63n - 1n;

/** The most requests that one account may come to in all its life: what JSON carries exactly. */
export const requestsTotalMax = Number.MAX_SAFE_INTEGER;

/** What a number of requests costs at a price. Exact: it neither rounds nor saturates. */
export function amountOf(requests: number, priceStroops: Stroops): Stroops {
  return BigInt(requests) * priceStroops;
}
