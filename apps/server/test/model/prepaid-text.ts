const places = 18;

/** An amount that is sent as a decimal text, in 10^-18. */
export function amountOf(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(places, '0'));
}

export function amountText(amount: bigint): string {
  const sign = amount < 0n ? '-' : '';
  const digits = String(amount < 0n ? -amount : amount).padStart(places + 1, '0');
  return sign + `${digits.slice(0, -places)}.${digits.slice(-places)}`.replace(/\.?0+$/, '');
}

/** The same for one that may be below 0. */
export function signedAmountOf(text: string): bigint {
  return text.startsWith('-') ? -amountOf(text.slice(1)) : amountOf(text);
}
