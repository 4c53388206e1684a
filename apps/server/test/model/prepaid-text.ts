const places = 18;

/** A decimal text as an amount in 10^-18. */
export function amountOf(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(places, '0'));
}

export function amountText(amount: bigint): string {
  const sign = amount < 0n ? '-' : '';
  const digits = String(amount < 0n ? -amount : amount).padStart(places + 1, '0');
  return sign + `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '');
}

/** The same for an amount that may be below 0. */
export function signedAmountOf(text: string): bigint {
  return text.startsWith('-') ? -amountOf(text.slice(1)) : amountOf(text);
}
