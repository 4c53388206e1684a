const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** The instant that a validated RFC 3339 text names, in nanoseconds since the epoch. */
export function instantNs(timestamp: string): bigint {
  const [, seconds, fraction = '', offset] = parts.exec(timestamp) ?? [];
  const wholeMs = Date.parse(`${seconds}${offset}`);
  return BigInt(wholeMs) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** The instant in milliseconds since the epoch; what is finer is cut off. */
export function instantMs(timestamp: string): number {
  return Date.parse(timestamp);
}

/** Milliseconds since the epoch as RFC 3339, in UTC. */
export function timestampOfMs(ms: number): string {
  return new Date(ms).toISOString();
}

/** The same for a moment that may be absent: `null` then, as answers have it. */
export function timestampOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : timestampOfMs(ms);
}

/** Nanoseconds since the epoch as RFC 3339, in UTC, with as many digits as it takes. */
export function timestampOfNs(ns: bigint): string {
  const subMs = ((ns % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const ms = timestampOfMs(Number((ns - subMs) / 1_000_000n));
  if (subMs === 0n) return ms;
  return ms.replace(
    'Z',
    `${subMs
      .toString()
      .padStart(6, '0')
      .replace(/(?<!0)0+$/, '')}Z`,
  );
}
