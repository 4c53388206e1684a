/** Whether a price applies to new usage, will, did, or never does. */
export type PriceState = 'in force' | 'next' | 'past' | 'withdrawn';

interface Versioned {
  readonly version: number;
  readonly withdrawnAt?: string | undefined;
}

/**
 * The state of each price of a service, by its version; none for a price of which the prices read so far do not tell.
 *
 * @param prices in the order of their versions
 * @param next the version that takes the place of the price in force
 * @param isComplete whether these are all the prices
 */
export function priceStates(
  prices: readonly Versioned[],
  next: number | undefined,
  isComplete: boolean,
): ReadonlyMap<number, PriceState> {
  const taken = prices.filter(({ version, withdrawnAt }) => withdrawnAt === undefined && version !== next);
  const last = taken.at(-1)?.version;
  const states = new Map<number, PriceState>();
  for (const { version, withdrawnAt } of prices) {
    if (withdrawnAt !== undefined) states.set(version, 'withdrawn');
    else if (version === next) states.set(version, 'next');
    else if (version !== last) states.set(version, 'past');
    else if (isComplete || prices.some((one) => one.version === next)) states.set(version, 'in force');
  }
  return states;
}
