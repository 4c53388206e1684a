/**
 * An exact amount of money: a whole number of 10^-18 of its asset. Everything is counted in these; only a bill is
 * rounded. A price has 12 places and a quantity up to 6, so that their product is exact.
 */
export type Amount = bigint;

/** The decimal places of an amount, of a price, and of the largest scale of a quantity and of an asset. */
export const amountPlaces = 18;
export const pricePlaces = 12;
export const unitScaleMax = 6;

/** The price of one unit: a whole number of 10^-12 of its asset. */
export type Price = bigint;

/** Computing a power takes 0.15 µs, and every item of a bulk needs several. */
const powersOfTen: readonly bigint[] = Array.from(
  { length: amountPlaces + 1 },
  (_, exponent) => 10n ** BigInt(exponent),
);

export function tenTo(exponent: number): bigint {
  return powersOfTen[exponent] ?? 10n ** BigInt(exponent);
}

/** The largest amount of an account: 2^63-1 of the asset. */
export const amountMax: Amount = (2n ** 63n - 1n) * tenTo(amountPlaces);

/** The largest price: 9,000,000 of the asset for a unit, which 64 bits hold. */
export const priceMax: Price = 9_000_000n * tenTo(pricePlaces);

/** For how many units a price may be stated. */
export const pricedUnits = [1, 1_000, 1_000_000] as const;
export type PricedUnits = (typeof pricedUnits)[number];

const plainDecimal = /^(?:0|[1-9][0-9]{0,24})(?:\.[0-9]{1,24})?$/;

/**
 * Reads a decimal text that is not below 0, as a whole number of 10^-places. `undefined`: it is no plain decimal (it has
 * a sign, an exponent, a leading zero), or it has more places than that. Zeros at its end do not count.
 */
export function parseDecimal(text: string, places: number): bigint | undefined {
  if (!plainDecimal.test(text)) return undefined;
  const [whole = '', fraction = ''] = text.split('.');
  const kept = fraction.slice(0, places);
  if (/[1-9]/.test(fraction.slice(places))) return undefined;
  return BigInt(whole + kept.padEnd(places, '0'));
}

/** Writes a whole number of 10^-places as a decimal text, exactly, with at least so many places. */
export function formatDecimal(value: bigint, places: number, placesLeast = 0): string {
  const digits = String(value < 0n ? -value : value).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  let fraction = digits.slice(digits.length - places);
  while (fraction.length > placesLeast && fraction.endsWith('0')) fraction = fraction.slice(0, -1);
  const text = fraction === '' ? whole : `${whole}.${fraction.padEnd(placesLeast, '0')}`;
  return value < 0n ? `-${text}` : text;
}

/** An amount that a caller sent; `undefined` if it has more than 18 places, or is too large. */
export function parseAmount(text: string): Amount | undefined {
  const amount = parseDecimal(text, amountPlaces);
  return amount === undefined || amount > amountMax ? undefined : amount;
}

/** An amount as it is shown: exact, with at least the places of its asset. */
export function formatAmount(amount: Amount, assetScale: number): string {
  return formatDecimal(amount, amountPlaces, assetScale);
}

/**
 * The price of one unit, from the decimal text that a caller sent for `per` units; `undefined` if a unit's price would
 * have more than 12 places, or is too large.
 */
export function parsePrice(text: string, per: PricedUnits): Price | undefined {
  const priceOfAll = parseDecimal(text, pricePlaces);
  if (priceOfAll === undefined || priceOfAll % BigInt(per) !== 0n) return undefined;
  const price = priceOfAll / BigInt(per);
  return price > priceMax ? undefined : price;
}

/** The price of `per` units as a decimal text. */
export function formatPrice(price: Price, per: PricedUnits): string {
  return formatDecimal(price * BigInt(per), pricePlaces);
}

/** What a quantity costs, which is counted in 10^-unitScale of a unit. Exact: it neither rounds nor saturates. */
export function costOf(quantity: number, price: Price, unitScale: number): Amount {
  return BigInt(quantity) * price * tenTo(unitScaleMax - unitScale);
}

/** A whole number of atoms of an asset, the smallest part that is billed: stroops for XLM. */
export type Atoms = bigint;

export function amountOfAtoms(atoms: Atoms, assetScale: number): Amount {
  return atoms * tenTo(amountPlaces - assetScale);
}

/** An amount in whole atoms, rounded towards 0, and the rest of it, which is less than an atom and has the same sign. */
export function roundToAtoms(
  amount: Amount,
  assetScale: number,
): { readonly atoms: Atoms; readonly remainder: Amount } {
  const atom = tenTo(amountPlaces - assetScale);
  return { atoms: amount / atom, remainder: amount % atom };
}
