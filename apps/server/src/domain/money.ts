import { type Amount, costOf, type Price } from './amount.ts';

/** A whole number of atoms: what bills and credits are. In XLM they are stroops, 10^-7 each; in another asset 10^-scale of it. */
export type Stroops = bigint;

/** The largest lifetime total of one account, in atoms of its asset: what 64 bits hold. */
export const stroopsMax: Stroops = 2n ** 63n - 1n;

/** The largest lifetime total of one account, in requests: what JSON represents exactly. */
export const requestsTotalMax = Number.MAX_SAFE_INTEGER;

/** The decimal places of XLM in which bills are rounded. */
export const stroopPlaces = 7;

/** A stroop as an exact amount: 10^-7 in 10^-18. */
export const amountOfStroop: Amount = 100_000_000_000n;

/** A stroop as a price: 10^-7 in 10^-12. */
const priceOfStroop: Price = 100_000n;

/** A price in stroops, exactly. */
export function priceOfStroops(stroops: Stroops): Price {
  return stroops * priceOfStroop;
}

/** A price in stroops; `undefined` if it is not a whole number of them. */
export function stroopsOfPrice(price: Price): Stroops | undefined {
  return price % priceOfStroop === 0n ? price / priceOfStroop : undefined;
}

/** An amount in stroops; `undefined` if it is not a whole number of them. */
export function wholeStroops(amount: Amount): Stroops | undefined {
  return amount % amountOfStroop === 0n ? amount / amountOfStroop : undefined;
}

/** An amount in stroops, rounded down. */
export function stroopsIn(amount: Amount): Stroops {
  const rest = amount % amountOfStroop;
  return (amount - rest) / amountOfStroop - (rest < 0n ? 1n : 0n);
}

/** The decimal places of the units that an account counts. Its requests are a whole number of 10^-unitScale of a unit. */
export interface CountedUnits {
  readonly unitScale: number;
}

/** What a number of requests costs at the price of one unit. Exact: it neither rounds nor saturates. */
export function costOfRequests(requests: number, price: Price, { unitScale }: CountedUnits): Amount {
  return costOf(requests, price, unitScale);
}
