const offsetForm = /^([+-])(\d\d):(\d\d)$/;

/** Whether a text names a time zone: one of the IANA database, `UTC`, or an offset such as `+02:00`. */
export function isTimeZone(zone: string): boolean {
  if (offsetForm.test(zone)) return true;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/**
 * The instant at which a clock in a zone shows a time. In an hour that a change of the clocks repeats, it is the first
 * of the two; in an hour that is skipped, the one after it.
 *
 * @param localMs the local time, as if it were UTC
 */
export function instantOfLocal(localMs: number, zone: string): number {
  const fixed = offsetForm.exec(zone);
  if (fixed !== null) {
    const [, sign, hours, minutes] = fixed;
    return localMs - (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  }
  // The offsets of one day earlier and one day later: a time in between has one of the two.
  const dayMs = 86_400_000;
  const [before, after] = [offsetMs(localMs - dayMs, zone), offsetMs(localMs + dayMs, zone)];
  const early = localMs - before;
  if (offsetMs(early, zone) === before) return early;
  const late = localMs - after;
  return offsetMs(late, zone) === after ? late : early;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function offsetMs(instantMs: number, zone: string): number {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  const parts = new Map(format.formatToParts(instantMs).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
  const local = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return local - Math.floor(instantMs / 1000) * 1000;
}
