import type { Account } from './account.ts';
import { amountOf, type Stroops } from './money.ts';
import type { Settlement } from './settlement.ts';
import type { Entry } from './usage.ts';

/** What an audit of one account found: its sums, recomputed from the entries, and where the books differ. */
export interface AccountFinding {
  readonly entries: number;
  readonly settlements: number;
  readonly recordedRequests: number;
  readonly recordedStroops: Stroops;
  readonly settledRequests: number;
  readonly settledStroops: Stroops;
  readonly differences: readonly string[];
}

/**
 * Audits one account. Fed with each settlement and, before it, the entries of its range, then the entries that no
 * settlement covers, all in their order; it trusts none of the totals that it checks.
 */
export class AccountAudit {
  readonly #account: Account;
  readonly #prices: ReadonlyMap<number, Stroops>;
  readonly #differences: string[] = [];
  readonly #recordedByVersion = new Map<number, number>();
  readonly #settledByVersion = new Map<number, number>();
  #rangeByVersion = new Map<number, number>();
  #entries = 0;
  #settlements = 0;
  #settledThrough = 0;
  #recordedRequests = 0;
  #recordedStroops = 0n;
  #settledRequests = 0;
  #settledStroops = 0n;

  constructor(account: Account, prices: ReadonlyMap<number, Stroops>) {
    this.#account = account;
    this.#prices = prices;
  }

  entry(entry: Entry): void {
    this.#entries += 1;
    this.#expect(entry.sequence === this.#entries, `entry ${entry.id} is not number ${this.#entries}`);
    const version = entry.priceVersion;
    const lineRequests = (this.#recordedByVersion.get(version) ?? 0) + entry.requests;
    this.#expect(entry.lineRequests === lineRequests, `entry ${entry.id} carries a wrong sum of its line`);
    this.#recordedByVersion.set(version, lineRequests);
    this.#rangeByVersion.set(version, (this.#rangeByVersion.get(version) ?? 0) + entry.requests);
    this.#recordedRequests += entry.requests;
    this.#recordedStroops += amountOf(entry.requests, this.#priceOf(version) ?? 0n);
    const isPriced = version === 0 || this.#prices.has(version);
    this.#expect(isPriced, `entry ${entry.id} has price version ${version}, which does not exist`);
  }

  /** To be called after the entries of the settlement's range. */
  settlement(settlement: Settlement): void {
    const { id } = settlement;
    this.#settlements += 1;
    this.#expect(
      settlement.number === this.#settlements,
      `settlement ${id} is not number ${this.#settlements}`,
    );
    this.#expect(
      settlement.from === this.#settledThrough,
      `settlement ${id} does not begin where the last ended`,
    );
    this.#expect(settlement.through === this.#entries, `settlement ${id} ends at an entry that is not there`);
    this.#checkBill(settlement);
    for (const [version, requests] of this.#rangeByVersion) {
      this.#settledByVersion.set(version, (this.#settledByVersion.get(version) ?? 0) + requests);
    }
    this.#rangeByVersion = new Map();
    this.#settledThrough = settlement.through;
    this.#settledRequests += settlement.requests;
    this.#settledStroops += settlement.billedStroops;
  }

  /** Holds the totals of the account against what was recomputed. */
  finish(): AccountFinding {
    const account = this.#account;
    this.#expect(account.sequence === this.#entries, `the account counts ${account.sequence} entries`);
    this.#expect(
      account.settlements === this.#settlements,
      `the account counts ${account.settlements} settlements`,
    );
    this.#expect(
      account.settledThrough === this.#settledThrough,
      'settledThrough is not where the last bill ended',
    );
    this.#expect(
      account.recordedRequests === this.#recordedRequests,
      'recorded requests differ from the entries',
    );
    this.#expect(account.settledRequests === this.#settledRequests, 'settled requests differ from the bills');
    this.#expect(account.settledStroops === this.#settledStroops, 'settled stroops differ from the bills');
    this.#expect(account.lines.length === this.#recordedByVersion.size, 'there are lines without entries');
    for (const line of account.lines) {
      const { priceVersion } = line;
      const recorded = this.#recordedByVersion.get(priceVersion);
      const settled = this.#settledByVersion.get(priceVersion) ?? 0;
      this.#expect(
        line.recordedRequests === recorded,
        `line ${priceVersion}: recorded differs from the entries`,
      );
      this.#expect(line.settledRequests === settled, `line ${priceVersion}: settled differs from the bills`);
      this.#expect(
        line.priceStroops === this.#prices.get(priceVersion),
        `line ${priceVersion}: the price differs`,
      );
    }
    return {
      entries: this.#entries,
      settlements: this.#settlements,
      recordedRequests: this.#recordedRequests,
      recordedStroops: this.#recordedStroops,
      settledRequests: this.#settledRequests,
      settledStroops: this.#settledStroops,
      differences: this.#differences,
    };
  }

  #checkBill(settlement: Settlement): void {
    const wanted = new Map<number, number>();
    for (const [version, requests] of this.#rangeByVersion) {
      // No version reads as version 1.
      const line = Math.max(version, 1);
      wanted.set(line, (wanted.get(line) ?? 0) + requests);
    }
    let billed = 0n;
    let requests = 0;
    for (const line of settlement.lines) {
      const price = this.#priceOf(line.priceVersion);
      const isExact =
        line.requests === wanted.get(line.priceVersion) &&
        line.priceStroops === price &&
        line.amountStroops === amountOf(line.requests, line.priceStroops);
      this.#expect(
        isExact,
        `settlement ${settlement.id}: line ${line.priceVersion} is not what its entries cost`,
      );
      wanted.delete(line.priceVersion);
      billed += line.amountStroops;
      requests += line.requests;
    }
    this.#expect(wanted.size === 0, `settlement ${settlement.id} leaves out entries of its range`);
    this.#expect(
      billed === settlement.billedStroops,
      `settlement ${settlement.id} is not the sum of its lines`,
    );
    this.#expect(
      requests === settlement.requests,
      `settlement ${settlement.id}: its requests are not those of its lines`,
    );
  }

  #priceOf(version: number): Stroops | undefined {
    return this.#prices.get(Math.max(version, 1));
  }

  #expect(holds: boolean, difference: string): void {
    if (!holds) this.#differences.push(difference);
  }
}
