import { type BillAmounts, type Line, lineAmount, linePrice } from './billing.ts';
import { compare, compareAmounts } from './compare.ts';

/** What of an entry fell into a tier. */
export interface BilledTier {
  readonly tier: number;
  readonly requests: number;
  /** where the tier is charged in packages: how many */
  readonly packages?: number | undefined;
}

/** A tier of a price: of one unit or of one package, as a whole number of 10^-18. */
export interface PricedTier {
  readonly price: bigint;
  readonly isOfPackages: boolean;
}

interface Counted {
  readonly version: number;
  readonly tier: number;
  readonly requests: bigint;
  readonly packages: bigint;
}

/** Adds up what the entries of a bill have in the tiers of its prices. */
export class TierSum {
  readonly #sums = new Map<string, Counted>();

  add(version: number, tiers: readonly BilledTier[], sign: 1n | -1n): void {
    for (const { tier, requests, packages = 0 } of tiers) {
      const name = `${version}.${tier}`;
      const { requests: before, packages: begun } = this.#sums.get(name) ?? none;
      this.#sums.set(name, {
        version,
        tier,
        requests: before + sign * BigInt(requests),
        packages: begun + sign * BigInt(packages),
      });
    }
  }

  /** Compares the sums with the lines of a bill, and returns what they cost. */
  compare(
    { lines, asset }: BillAmounts & { readonly lines: readonly Line[] },
    {
      tiers,
      unitScale,
    }: { readonly tiers?: ReadonlyMap<number, readonly PricedTier[]>; readonly unitScale: number },
    differences: string[],
  ): bigint {
    for (const { priceVersion, tier } of lines) {
      const name = `${priceVersion}.${tier}`;
      if (tier !== undefined && !this.#sums.has(name))
        this.#sums.set(name, { ...none, version: priceVersion, tier });
    }
    let sum = 0n;
    for (const { version, tier, requests, packages } of this.#sums.values()) {
      const what = `tier ${tier} of price version ${version}`;
      const known = tiers?.get(version)?.[tier - 1];
      if (known === undefined) {
        differences.push(`${what} is not among the prices of the service`);
        continue;
      }
      const { price, isOfPackages } = known;
      const amount = isOfPackages ? packages * price : (requests * price) / 10n ** BigInt(unitScale);
      sum += amount;
      const line = lines.find((one) => one.priceVersion === version && one.tier === tier);
      compare(differences, `requests in ${what}`, requests, BigInt(line?.requests ?? 0));
      if (isOfPackages) compare(differences, `packages in ${what}`, packages, BigInt(line?.packages ?? 0));
      if (line === undefined) continue;
      compareAmounts(differences, `price of ${what}`, price, linePrice(line, asset));
      compareAmounts(differences, `amount in ${what}`, amount, lineAmount(line, asset));
    }
    return sum;
  }
}

const none: Counted = { version: 0, tier: 0, requests: 0n, packages: 0n };
