/** A moment as a person reads it, in the time zone of the browser, to the second. */
export function localTime(timestamp: string | number): string {
  const date = new Date(timestamp);
  return Number.isNaN(date.getTime()) ? String(timestamp) : shown.format(date);
}

const shown = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric',
  month: 'short',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** The hour and minute of a moment, for axes and "as of". */
export function localClock(timeMs: number): string {
  return clock.format(new Date(timeMs));
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });

/** What a person chose in a field for a date and a time, as a moment; `undefined` if nothing or no moment. */
export function instantOf(local: string): string | undefined {
  if (local === '') return undefined;
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
