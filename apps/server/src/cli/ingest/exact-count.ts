/** The character before the fraction of a number: `1,234.5` or `1.234,5`. */
export type DecimalMark = 'point' | 'comma';

/** A count in a row, after reading. */
export type ReadCount =
  | { readonly kind: 'count'; readonly count: number }
  /** the row has no count */
  | { readonly kind: 'none'; readonly fault: string }
  | { readonly kind: 'bad'; readonly fault: string };

/** A quantity in a row, after reading: in 10^-6 of a unit. */
export type ReadQuantity =
  | { readonly kind: 'count'; readonly count: bigint }
  | Exclude<ReadCount, { readonly kind: 'count' }>;

/** What a number may be: a whole number of 10^-places, at most so large. */
interface NumberForm {
  readonly places: number;
  readonly max: bigint;
  /** for a message */
  readonly called: string;
}

/** The largest count in a row is so large that it becomes at most a thousand items. */
const wholeNumber: NumberForm = {
  places: 0,
  max: 1_000_000_000n,
  called: 'not a whole number from 0 to 1000000000',
};

/** How many decimal places a quantity has at most. */
export const quantityPlaces = 6;

const decimalNumber: NumberForm = {
  places: quantityPlaces,
  max: 10n ** 18n,
  called: 'not a number from 0 to 1000000000000 with at most 6 decimal places',
};

const textLengthMax = 64;

// Groups of three digits are all separated by the same character.
const numbers: Readonly<Record<DecimalMark, RegExp>> = {
  point:
    /^(-?)\+?(\d+|\d{1,3}(?:([,'\u2019 \u00a0\u202f])\d{3})(?:\3\d{3})*)?(?:\.(\d*))?(?:[eE]([+-]?\d{1,3}))?$/,
  comma:
    /^(-?)\+?(\d+|\d{1,3}(?:([.'\u2019 \u00a0\u202f])\d{3})(?:\3\d{3})*)?(?:,(\d*))?(?:[eE]([+-]?\d{1,3}))?$/,
};

/** Why there is no value: it is missing, or empty. */
export function absence(value: unknown): string | undefined {
  if (value === undefined || value === null) return 'is missing';
  return typeof value === 'string' && value.trim() === '' ? 'is empty' : undefined;
}

/**
 * Reads a count exactly: `59200.0`, `1e3` and `1,234` are whole numbers; no float is involved.
 *
 * @param multiplier applied to the number before it must be whole
 */
export function readCount(value: unknown, mark: DecimalMark = 'point', multiplier = 1): ReadCount {
  const read = readNumber(value, mark, multiplier, wholeNumber);
  return read.kind === 'count' ? { kind: 'count', count: Number(read.count) } : read;
}

/** Reads a number of units with up to six decimal places, exactly. */
export function readQuantity(value: unknown, mark: DecimalMark = 'point', multiplier = 1): ReadQuantity {
  return readNumber(value, mark, multiplier, decimalNumber);
}

function readNumber(value: unknown, mark: DecimalMark, multiplier: number, form: NumberForm): ReadQuantity {
  const { places, max, called } = form;
  const absent = absence(value);
  if (absent !== undefined) return { kind: 'none', fault: absent };
  const bad = (why: string): ReadQuantity => ({ kind: 'bad', fault: `is ${shown(value)}, ${why}` });
  if (typeof value !== 'string' && typeof value !== 'number') return bad('not a number');
  const text = String(value).trim();
  const [, sign, whole = '', group = '', fraction = '', exponent = '0'] =
    text.length > textLengthMax ? [] : (numbers[mark].exec(text) ?? []);
  if (sign === undefined || (whole === '' && fraction === '')) return bad(called);
  const digits = BigInt(whole.replaceAll(group === '' ? ',' : group, '') + fraction) * BigInt(multiplier);
  const shift = Number(exponent) - fraction.length + places;
  if (digits !== 0n && sign === '-') return bad(`${called}: it is negative`);
  const divisor = shift >= 0 ? 1n : 10n ** BigInt(-shift);
  if (digits % divisor !== 0n) return bad(places === 0 ? `not a whole number${hint(text, mark)}` : called);
  const count = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / divisor;
  return count > max ? bad(called) : { kind: 'count', count };
}

function hint(text: string, mark: DecimalMark): string {
  return mark === 'point' && /^\d{1,3}(?:\.\d{3})+$/.test(text)
    ? '; if the point separates thousands, give --decimal comma'
    : '';
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
