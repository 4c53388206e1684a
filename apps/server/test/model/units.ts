/** How much was used, as it is sent: whole requests, or units as a decimal text. */
export interface Use {
  readonly requests?: number;
  readonly quantity?: string;
}

const placesMax = 6;

/** A decimal text of units, in 10^-6 of one. */
export function millionthsOf(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(placesMax, '0'));
}

/** How many of the smallest parts of units were used; `undefined` if a service with so many places does not take it. */
export function partsOf({ requests, quantity }: Use, scale: number): number | undefined {
  if (quantity === undefined) return scale === 0 ? requests : undefined;
  const millionths = millionthsOf(quantity);
  const each = 10n ** BigInt(placesMax - scale);
  return millionths % each === 0n ? Number(millionths / each) : undefined;
}

/** Smallest parts in 10^-6 of a unit, as limits count them. */
export function millionthsIn(parts: number, scale: number): bigint {
  return BigInt(parts) * 10n ** BigInt(placesMax - scale);
}

/** What an answer says of a number of parts besides it; nothing where units have no places. */
export function quantityBody(parts: number, { scale }: { readonly scale: number }) {
  if (scale === 0) return {};
  const digits = String(Math.abs(parts)).padStart(scale + 1, '0');
  const text = `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return { quantity: parts < 0 ? `-${text}` : text };
}
