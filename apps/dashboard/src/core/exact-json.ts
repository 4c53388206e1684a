interface Source {
  readonly source?: string;
}

/**
 * Parses JSON so that no digit is lost: an integer beyond 2^53 becomes a `bigint`. Browsers that do not pass the source
 * of a number round it, as `JSON.parse` does.
 */
export function parseExactJson(text: string): unknown {
  const revive = (_name: string, value: unknown, context?: Source): unknown => {
    if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
    const { source = '' } = context ?? {};
    return /^-?\d+$/.test(source) ? BigInt(source) : value;
  };
  return JSON.parse(text, revive);
}
