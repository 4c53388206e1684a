/** A used amount as it is sent: whole requests, or units as a decimal text. */
export interface Use {
  readonly requests?: number;
  readonly quantity?: string;
}

const placesMax = 6;

/** A decimal text of units as a number of 10^-6 units. */
export function millionthsOf(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(placesMax, '0'));
}

/**
 * The number of smallest parts of units that were used; `undefined` if a service with this many decimal places refuses
 * it.
 */
export function partsOf({ requests, quantity }: Use, scale: number): number | undefined {
  if (quantity === undefined) return scale === 0 ? requests : undefined;
  const millionths = millionthsOf(quantity);
  const each = 10n ** BigInt(placesMax - scale);
  return millionths % each === 0n ? Number(millionths / each) : undefined;
}

/** Smallest parts as a number of 10^-6 units, as limits count them. */
export function millionthsIn(parts: number, scale: number): bigint {
  return BigInt(parts) * 10n ** BigInt(placesMax - scale);
}

/** The additional members of an answer for a number of parts; none if units have no decimal places. */
export function quantityBody(parts: number, { scale }: { readonly scale: number }) {
  if (scale === 0) return {};
  const digits = String(Math.abs(parts)).padStart(scale + 1, '0');
  const text = `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return { quantity: parts < 0 ? `-${text}` : text };
}
