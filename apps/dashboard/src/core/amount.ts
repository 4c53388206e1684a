/** One XLM is 10^7 stroops. */
const decimals = 7;
const unit = 10n ** BigInt(decimals);

/** An amount as text, in parts that a page can lay out: the digits that say nothing are apart. */
export interface AmountText {
  readonly sign: '' | '−';
  readonly whole: string;
  readonly fraction: string;
  /** zeros after the last digit that says something */
  readonly zeros: string;
}

/** Splits an amount in stroops; exact for every amount. */
export function amountText(stroops: bigint): AmountText {
  const positive = stroops < 0n ? -stroops : stroops;
  const digits = String(positive % unit).padStart(decimals, '0');
  const fraction = digits.replace(/0+$/, '');
  return {
    sign: stroops < 0n ? '−' : '',
    whole: grouped(positive / unit),
    fraction,
    zeros: digits.slice(fraction.length),
  };
}

/** An amount in XLM as one text, with all its decimals. */
export function xlm(stroops: bigint): string {
  const { sign, whole, fraction, zeros } = amountText(stroops);
  return `${sign}${whole}.${fraction}${zeros} XLM`;
}

/** A count with its digits in groups of three; exact for every integer. */
export function grouped(count: number | bigint): string {
  const [, sign = '', digits = ''] = /^(-?)(\d+)$/.exec(String(count)) ?? [];
  return `${sign === '' ? '' : '−'}${digits.replace(/\B(?=(?:\d{3})+$)/g, ',')}`;
}

/** A count with the noun that goes with it: `1 entry`, `2 entries`. */
export function counted(count: number | bigint, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 || count === 1n ? one : many}`;
}
