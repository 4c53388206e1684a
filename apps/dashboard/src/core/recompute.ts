/** What a bill is recomputed from: an entry, as far as it counts. */
export interface BilledEntry {
  readonly sequence: number;
  readonly requests: number;
  readonly priceVersion: number | null;
  readonly reverses?:
    | { readonly lines: readonly { readonly priceVersion: number | null; readonly requests: number }[] }
    | undefined;
  readonly writesOff?: object | undefined;
}

/** A bill, as the server has it. */
export interface ServerBill {
  readonly from: number;
  readonly through: number;
  readonly lines: readonly {
    readonly priceVersion: number;
    readonly requests: number;
    readonly priceStroops: number;
    readonly amountStroops: string;
  }[];
  readonly carriedStroops: string;
  readonly billedStroops: string;
  readonly carriedOnStroops: string;
}

/** What a browser has added up, and where the server has something else. */
export interface Recomputed {
  readonly entries: number;
  readonly billedStroops: bigint;
  readonly differences: readonly string[];
}

/** Adds a bill up again from its entries and the prices of its service, exactly. */
export class BillSum {
  readonly #bill: ServerBill;
  readonly #requests = new Map<number, bigint>();
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
    for (const { sequence, requests, priceVersion, reverses, writesOff } of entries) {
      this.#entries += 1;
      if (sequence !== this.#bill.from + this.#entries) this.#isInOrder = false;
      if (writesOff !== undefined) continue;
      if (reverses === undefined) this.#count(priceVersion, BigInt(requests));
      else for (const line of reverses.lines) this.#count(line.priceVersion, -BigInt(line.requests));
    }
  }

  /** Compares the sums with the bill. */
  finish(prices: ReadonlyMap<number, bigint>): Recomputed {
    const { from, through, lines, carriedStroops, ...bill } = this.#bill;
    const differences: string[] = [];
    const compare = (what: string, ours: bigint, theirs: bigint) => {
      if (ours !== theirs) differences.push(`${what}: ${ours} added up here, ${theirs} on the bill`);
    };
    if (!this.#isInOrder || this.#entries !== through - from) {
      differences.push(`the entries are not ${from + 1} to ${through}, each once`);
    }
    let sum = BigInt(carriedStroops);
    for (const version of new Set([...this.#requests.keys(), ...lines.map((line) => line.priceVersion)])) {
      const requests = this.#requests.get(version) ?? 0n;
      const line = lines.find(({ priceVersion }) => priceVersion === version);
      const price = prices.get(version);
      if (price === undefined) {
        differences.push(`price version ${version} is not among the prices of the service`);
        continue;
      }
      sum += requests * price;
      compare(`requests at price version ${version}`, requests, BigInt(line?.requests ?? 0));
      if (line === undefined) continue;
      compare(`price of version ${version}`, price, BigInt(line.priceStroops));
      compare(`amount at price version ${version}`, requests * price, BigInt(line.amountStroops));
    }
    const billedStroops = sum > 0n ? sum : 0n;
    compare('bill', billedStroops, BigInt(bill.billedStroops));
    compare('credit that is carried on', sum - billedStroops, BigInt(bill.carriedOnStroops));
    return { entries: this.#entries, billedStroops, differences };
  }

  /** Usage from before the first price costs what version 1 does. */
  #count(priceVersion: number | null, requests: bigint): void {
    const version = priceVersion ?? 1;
    this.#requests.set(version, (this.#requests.get(version) ?? 0n) + requests);
  }
}
