/** The character before the fraction of a number: `1,234.5` or `1.234,5`. */
export type DecimalMark = 'point' | 'comma';

/** A count in a row, after reading. */
export type ReadCount =
  | { readonly kind: 'count'; readonly count: number }
  /** the row has no count */
  | { readonly kind: 'none'; readonly fault: string }
  | { readonly kind: 'bad'; readonly fault: string };

/** The largest count in a row, so that a count becomes at most a thousand items. */
const countMax = 1_000_000_000;

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
  const absent = absence(value);
  if (absent !== undefined) return { kind: 'none', fault: absent };
  const bad = (why: string): ReadCount => ({ kind: 'bad', fault: `is ${shown(value)}, ${why}` });
  if (typeof value !== 'string' && typeof value !== 'number') return bad('not a number');
  const text = String(value).trim();
  const [, sign, whole = '', group = '', fraction = '', exponent = '0'] =
    text.length > textLengthMax ? [] : (numbers[mark].exec(text) ?? []);
  if (sign === undefined || (whole === '' && fraction === ''))
    return bad('not a whole number from 0 to 1000000000');
  const digits = BigInt(whole.replaceAll(group === '' ? ',' : group, '') + fraction) * BigInt(multiplier);
  const shift = Number(exponent) - fraction.length;
  if (digits !== 0n && sign === '-') return bad('not a whole number from 0 to 1000000000: it is negative');
  if (shift >= 0) return withinBounds(digits * 10n ** BigInt(shift), bad);
  const divisor = 10n ** BigInt(-shift);
  if (digits % divisor !== 0n) return bad(`not a whole number${hint(text, mark)}`);
  return withinBounds(digits / divisor, bad);
}

function withinBounds(count: bigint, bad: (why: string) => ReadCount): ReadCount {
  return count > BigInt(countMax)
    ? bad(`not a whole number from 0 to ${countMax}`)
    : { kind: 'count', count: Number(count) };
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
