import { absence } from './exact-count.ts';
import { instantOfLocal } from './time-zone.ts';

/** A time in the server's format (RFC 3339), or why it cannot be read. */
export type ReadMoment =
  | { readonly kind: 'moment'; readonly text: string }
  | { readonly kind: 'refused'; readonly message: string };

const form =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9})\d*)?)?)? ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i;
const epoch = /^(\d{9,20})(?:\.(\d{1,9})\d*)?$/;

/**
 * Reads a moment: RFC 3339, `YYYY-MM-DD hh:mm:ss`, a date, or a time since the epoch in seconds, milliseconds,
 * microseconds or nanoseconds (by its number of digits).
 *
 * @param zone the time zone of times without an offset; UTC by default. A date needs one
 */
export function readMoment(value: unknown, zone: string | undefined): ReadMoment {
  const absent = absence(value);
  if (absent !== undefined) return { kind: 'refused', message: absent };
  const text = String(value).trim();
  const since = epoch.exec(text);
  if (since !== null) return ofEpoch(since[1] ?? '', since[2] ?? '');
  const parts = form.exec(text);
  if (parts === null) return unreadable(text);
  const [, year = '', month = '', day = '', hour, minute = '00', second = '00', fraction = '', offset] =
    parts;
  const date = `${year}-${month}-${day}`;
  const time = `${hour ?? '00'}:${minute}:${second}`;
  const rest = fraction === '' ? '' : `.${fraction}`;
  if (hour === undefined && (zone === undefined || offset !== undefined)) {
    return { kind: 'refused', message: `is ${JSON.stringify(text)}, a date without a time: give --timezone` };
  }
  if (offset !== undefined) return { kind: 'moment', text: `${date}T${time}${rest}${rfcOffset(offset)}` };
  const local = Date.parse(`${date}T${time}Z`);
  // `Date` reads the 30th of February as the 2nd of March.
  if (Number.isNaN(local) || !new Date(local).toISOString().startsWith(`${date}T${time}`))
    return unreadable(text);
  const instant = zone === undefined ? local : instantOfLocal(local, zone);
  return { kind: 'moment', text: `${new Date(instant).toISOString().slice(0, 19)}${rest}Z` };
}

function unreadable(text: string): ReadMoment {
  return {
    kind: 'refused',
    message: `is ${JSON.stringify(text.slice(0, 40))}, which is not a known form of time`,
  };
}

function rfcOffset(offset: string): string {
  if (/^(?:Z|UTC)$/i.test(offset)) return 'Z';
  const digits = offset.slice(1).replace(':', '').padEnd(4, '0');
  return `${offset[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

function ofEpoch(whole: string, fraction: string): ReadMoment {
  // 11 digits of seconds reach the year 5138, 12 digits of milliseconds begin in 1973.
  const unitDigits = whole.length <= 11 ? 0 : whole.length <= 14 ? 3 : whole.length <= 17 ? 6 : 9;
  const seconds = whole.slice(0, whole.length - unitDigits);
  const rest = (whole.slice(whole.length - unitDigits) + fraction).slice(0, 9).replace(/(?<!0)0+$/, '');
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return unreadable(whole);
  return { kind: 'moment', text: `${date.toISOString().slice(0, 19)}${rest === '' ? '' : `.${rest}`}Z` };
}
