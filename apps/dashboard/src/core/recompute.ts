import { decimalOf, type Money, scaled, xlm } from './amount.ts';
import { type BillAmounts, billed, carried, carriedOn, type Line, lineAmount, linePrice } from './billing.ts';
import { compare, compareAmounts } from './compare.ts';
import { type BilledTier, type PricedTier, TierSum } from './tier-sum.ts';

/** What a bill is recomputed from: an entry, as far as it counts. */
export interface BilledEntry {
  readonly sequence: number;
  readonly requests: number;
  readonly priceVersion: number | null;
  readonly reverses?: { readonly lines: readonly ReversedLine[] } | undefined;
  /** where its price has tiers: what of it fell into which */
  readonly tiers?: readonly BilledTier[] | undefined;
  readonly writesOff?: object | undefined;
  /** what was drawn from the prepaid balance for it; of a reversal, what it returned, below 0 */
  readonly drawn?: string | undefined;
}

interface ReversedLine {
  readonly priceVersion: number | null;
  readonly requests: number;
  readonly tiers?: readonly BilledTier[] | undefined;
}

/** A bill, as the server has it. */
export interface ServerBill extends BillAmounts {
  readonly from: number;
  readonly through: number;
  readonly lines: readonly Line[];
  /** less than the smallest part of the asset, of the bill before and for the next one */
  readonly remainder?: string | undefined;
  readonly remainderOn?: string | undefined;
}

/** The prices of a service by version, for one unit, as whole numbers of 10^-18; and how its units are counted. */
export interface PricesKnown {
  readonly prices: ReadonlyMap<number, bigint>;
  /** of the versions that have tiers */
  readonly tiers?: ReadonlyMap<number, readonly PricedTier[]>;
  /** decimal places of a quantity; entries count the smallest part */
  readonly unitScale: number;
}

/** What a browser has added up, and where the server has something else. */
export interface Recomputed {
  readonly entries: number;
  readonly billed: Money;
  readonly differences: readonly string[];
}

/** Adds a bill up again from its entries and the prices of its service, exactly. */
export class BillSum {
  readonly #bill: ServerBill;
  readonly #requests = new Map<number, bigint>();
  readonly #tiers = new TierSum();
  #drawn = 0n;
  #entries = 0;
  #isInOrder = true;

  constructor(bill: ServerBill) {
    this.#bill = bill;
  }

  get entries(): number {
    return this.#entries;
  }

  /** Adds the next entries, in their order. */
  add(entries: readonly BilledEntry[]): void {
    for (const { sequence, requests, priceVersion, reverses, writesOff, tiers, drawn = '0' } of entries) {
      this.#entries += 1;
      this.#drawn += scaled(drawn);
      if (sequence !== this.#bill.from + this.#entries) this.#isInOrder = false;
      if (writesOff !== undefined) continue;
      if (reverses === undefined) this.#count({ priceVersion, requests, tiers }, 1n);
      else for (const line of reverses.lines) this.#count(line, -1n);
    }
  }

  /** Compares the sums with the bill. */
  finish(known: PricesKnown): Recomputed {
    const { from, through, remainder = '0' } = this.#bill;
    const differences: string[] = [];
    if (!this.#isInOrder || this.#entries !== through - from) {
      differences.push(`the entries are not ${from + 1} to ${through}, each once`);
    }
    const lines = this.#sumLines(known, differences) + this.#tiers.compare(this.#bill, known, differences);
    const { paid = '0', cost } = this.#bill.prepaid ?? {};
    const { asset = xlm } = this.#bill;
    if (cost !== undefined) compareAmounts(differences, 'cost of the usage', lines, { amount: cost, asset });
    compareAmounts(differences, 'paid from the balance', this.#drawn, { amount: paid, asset });
    const sum = scaled(carried(this.#bill).amount) + scaled(remainder) + lines - this.#drawn;
    return { entries: this.#entries, billed: this.#round(sum, differences), differences };
  }

  #sumLines({ prices, unitScale }: PricesKnown, differences: string[]): bigint {
    const { asset } = this.#bill;
    const lines = this.#bill.lines.filter(({ tier }) => tier === undefined);
    const versions = new Set([...this.#requests.keys(), ...lines.map(({ priceVersion }) => priceVersion)]);
    let sum = 0n;
    for (const version of versions) {
      const requests = this.#requests.get(version) ?? 0n;
      const line = lines.find(({ priceVersion }) => priceVersion === version);
      const price = prices.get(version);
      if (price === undefined) {
        differences.push(`price version ${version} is not among the prices of the service`);
        continue;
      }
      const amount = (requests * price) / 10n ** BigInt(unitScale);
      sum += amount;
      compare(differences, `requests at price version ${version}`, requests, BigInt(line?.requests ?? 0));
      if (line === undefined) continue;
      compareAmounts(differences, `price of version ${version}`, price, linePrice(line, asset));
      compareAmounts(differences, `amount at price version ${version}`, amount, lineAmount(line, asset));
    }
    return sum;
  }

  /** A bill is rounded down to the smallest part of its asset; a credit and the rest go to the next bill. */
  #round(sum: bigint, differences: string[]): Money {
    const stated = billed(this.#bill);
    const decimals = stated.amount.split('.')[1]?.length ?? 0;
    const part = 10n ** BigInt(18 - decimals);
    const rest = ((sum % part) + part) % part;
    const whole = sum - rest;
    const amount = whole > 0n ? whole : 0n;
    compareAmounts(differences, 'bill', amount, stated);
    compareAmounts(differences, 'credit that is carried on', whole - amount, carriedOn(this.#bill));
    const { remainderOn = '0' } = this.#bill;
    compareAmounts(differences, 'remainder', rest, { ...stated, amount: remainderOn });
    return { ...stated, amount: decimalOf(amount, decimals) };
  }

  /** Usage from before the first price costs what version 1 does. */
  #count({ priceVersion, requests, tiers }: ReversedLine, sign: 1n | -1n): void {
    const version = priceVersion ?? 1;
    if (tiers !== undefined) this.#tiers.add(version, tiers, sign);
    else this.#requests.set(version, (this.#requests.get(version) ?? 0n) + sign * BigInt(requests));
  }
}
