/** How many decimal places a quantity has at most. */
const placesMax = 6;

/** How much was used: whole requests, or units as a decimal string with at most 6 places. */
export type Used =
  | { readonly requests: number; readonly quantity?: undefined }
  | { readonly quantity: string; readonly requests?: undefined };

/**
 * A quantity in 10^-6 of a unit.
 *
 * @throws {TypeError} for anything but a decimal string: a sum of numbers with a fraction is not exact
 */
export function quantityParts(quantity: unknown): bigint {
  if (typeof quantity !== 'string' || !/^\d{1,18}(?:\.\d{1,6})?$/.test(quantity)) {
    const shown = typeof quantity === 'string' ? JSON.stringify(quantity) : String(quantity);
    throw new TypeError(
      `a quantity is ${shown}: it must be a decimal string with at most 6 places, such as "12.75"`,
    );
  }
  const [whole = '', fraction = ''] = quantity.split('.');
  return BigInt(whole + fraction.padEnd(placesMax, '0'));
}

/** The used amount, from a number of requests or a quantity. */
export function usedOf(used: number | string): Used {
  return typeof used === 'number' ? { requests: used } : { quantity: used };
}

/** How much was used, as it is sent: without the member that it does not have. */
export function sentUse({ requests, quantity }: Used): { requests: number } | { quantity: string } {
  return quantity === undefined ? { requests } : { quantity };
}

/** Whether nothing was used. */
export function isNothing({ requests, quantity }: Used): boolean {
  return quantity === undefined ? requests === 0 : quantityParts(quantity) === 0n;
}

/** How much was used, for a message. */
export function usedText({ requests, quantity }: Used): string {
  return quantity === undefined ? `${requests} requests` : `${quantity} units`;
}

/**
 * The fraction `part / whole` of the used amount, rounded down to as many places as the quantities have; `undefined` if
 * that is nothing.
 *
 * @param likeQuantity another quantity of the same service, which may have more places
 */
export function shareOfUsed(
  used: Used,
  { part, whole }: { readonly part: bigint; readonly whole: bigint },
  likeQuantity = '',
): Used | undefined {
  if (used.quantity === undefined) {
    const requests = Number((BigInt(used.requests) * part) / whole);
    return requests === 0 ? undefined : { requests };
  }
  const places = Math.max(placesOf(used.quantity), placesOf(likeQuantity));
  const step = 10n ** BigInt(placesMax - places);
  const parts = (quantityParts(used.quantity) * part) / whole;
  return parts < step ? undefined : { quantity: decimalOf(parts / step, places) };
}

/** Whether `a` is less than `b`; both are counted in the same way. */
export function isLess(a: Used, b: Used): boolean {
  if (a.quantity === undefined || b.quantity === undefined) return (a.requests ?? 0) < (b.requests ?? 0);
  return quantityParts(a.quantity) < quantityParts(b.quantity);
}

function placesOf(quantity: string): number {
  return quantity.split('.')[1]?.length ?? 0;
}

function decimalOf(number: bigint, places: number): string {
  const digits = String(number).padStart(places + 1, '0');
  return places === 0 ? digits : `${digits.slice(0, -places)}.${digits.slice(-places)}`;
}
