/** A calendar month in UTC. */
export interface Month {
  /** such as `2026-11` */
  readonly name: string;
  /** such as `November 2026` */
  readonly text: string;
  /** its first moment */
  readonly from: string;
  /** the first moment after it */
  readonly to: string;
}

const shown = new Intl.DateTimeFormat('en-GB', { year: 'numeric', month: 'long', timeZone: 'UTC' });

/** The month of a moment and those before it, the latest first. */
export function lastMonths(nowMs: number, count: number): readonly Month[] {
  const now = new Date(nowMs);
  const start = (back: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1));
  return Array.from({ length: count }, (_, back) => {
    const from = start(back).toISOString();
    return {
      name: from.slice(0, 7),
      text: shown.format(start(back)),
      from,
      to: start(back - 1).toISOString(),
    };
  });
}
