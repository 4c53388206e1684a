/** An amount of an asset: an exact decimal text, as the API has it. */
export interface Money {
  readonly amount: string;
  readonly asset: string;
}

/** The decimal places in which amounts are added up: a price has 12 and a quantity 6 at the most. */
const places = 18;
export const xlm = 'XLM';
/** One XLM is 10^7 stroops. */
export const stroopPlaces = 7;

/** An amount in stroops as one of XLM. */
export function inXlm(stroops: string | bigint | number): Money {
  const exact = BigInt(stroops);
  const digits = String(exact < 0n ? -exact : exact).padStart(stroopPlaces + 1, '0');
  const amount = `${digits.slice(0, -stroopPlaces)}.${digits.slice(-stroopPlaces)}`;
  return { amount: exact < 0n ? `-${amount}` : amount, asset: xlm };
}

/** An amount as the API has it, without zeros at its end, with as many decimals as its asset has at least. */
export function moneyOf(amount: string, asset: string): Money {
  if (asset !== xlm) return { amount, asset };
  const [whole = '0', fraction = ''] = amount.split('.');
  return { amount: `${whole}.${fraction.padEnd(stroopPlaces, '0')}`, asset };
}

/** The same amount with the other sign. */
export function negative({ amount, asset }: Money): Money {
  if (scaled(amount) === 0n) return { amount, asset };
  return { amount: amount.startsWith('-') ? amount.slice(1) : `-${amount}`, asset };
}

/** The most that one unit may cost. */
const unitPriceMax = 9_000_000n;
/** The decimal places that the price of one unit may have. */
const unitPricePlaces = 12n;

/** Whether a person typed a price of so many units that the API takes. */
export function isPrice(text: string, units: number): boolean {
  if (!isAmount(text)) return false;
  const whole = 10n ** BigInt(places);
  const least = whole / 10n ** unitPricePlaces;
  return (
    scaled(text) % (BigInt(units) * least) === 0n && scaled(text) <= unitPriceMax * BigInt(units) * whole
  );
}

/** Whether a person typed an amount that the API takes, with at most 18 decimals. */
export function isAmount(text: string): boolean {
  return /^(?:0|[1-9]\d{0,17})(?:\.\d{1,18})?$/.test(text);
}

/** Whether a person typed an amount above 0. */
export function isPositiveAmount(text: string): boolean {
  return isAmount(text) && scaled(text) > 0n;
}

/** A quantity of requests or units, with its digits in groups of three. */
export function quantityText(quantity: string): string {
  const { sign, whole, fraction } = amountText(quantity);
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** A decimal text as a whole number of 10^-18; exact for all that the API sends. */
export function scaled(decimal: string): bigint {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d{1,18}))?$/.exec(decimal) ?? [];
  return BigInt(`${sign}${whole}${fraction.padEnd(places, '0')}`);
}

/** A whole number of 10^-18 as a decimal text, with at least so many places. */
export function decimalOf(value: bigint, placesLeast = stroopPlaces): string {
  const digits = String(value < 0n ? -value : value).padStart(places + 1, '0');
  const fraction = withoutZeros(digits.slice(-places)).padEnd(placesLeast, '0');
  const text = `${digits.slice(0, -places)}${fraction === '' ? '' : `.${fraction}`}`;
  return value < 0n ? `-${text}` : text;
}

/** An amount as text, in parts that a page can lay out: the digits that say nothing are apart. */
export interface AmountText {
  readonly sign: '' | '−';
  readonly whole: string;
  readonly fraction: string;
  /** zeros after the last digit that says something */
  readonly zeros: string;
}

/** Splits a decimal text. */
export function amountText(amount: string): AmountText {
  const [, sign = '', whole = '0', digits = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(amount) ?? [];
  const fraction = withoutZeros(digits);
  return {
    sign: sign === '' ? '' : '−',
    whole: grouped(BigInt(whole)),
    fraction,
    zeros: digits.slice(fraction.length),
  };
}

/** An amount as one text, with all its decimals. */
export function moneyText({ amount, asset }: Money): string {
  const { sign, whole, fraction, zeros } = amountText(amount);
  const decimals = `${fraction}${zeros}`;
  return `${sign}${whole}${decimals === '' ? '' : `.${decimals}`} ${asset}`;
}

/** A count with its digits in groups of three; exact for every integer. */
export function grouped(count: number | bigint): string {
  const exact = BigInt(count);
  const digits = String(exact < 0n ? -exact : exact);
  const groups = [
    digits.slice(0, digits.length % 3),
    ...(digits.slice(digits.length % 3).match(/\d{3}/g) ?? []),
  ];
  return `${exact < 0n ? '−' : ''}${groups.filter((group) => group !== '').join(',')}`;
}

/** Decimal places without the zeros at their end. */
function withoutZeros(digits: string): string {
  let end = digits.length;
  while (digits[end - 1] === '0') end -= 1;
  return digits.slice(0, end);
}

/** A count with the noun that goes with it: `1 entry`, `2 entries`. */
export function counted(count: number | bigint, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 || count === 1n ? one : many}`;
}
