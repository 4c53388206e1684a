import type { Account } from './account.ts';
import type { Amount, Price } from './amount.ts';
import { atomOf, type InAsset, inXlm } from './asset.ts';
import { DrawnAudit } from './audit-drawn.ts';
import { ReversalAudit } from './audit-reversals.ts';
import { type TakenTiers, TierAudit } from './audit-tiers.ts';
import { costOfRequests, type Stroops } from './money.ts';
import { roundedBill } from './quote.ts';
import type { PricesOf } from './service.ts';
import { leftBy, type Settlement } from './settlement.ts';
import { costOfParts } from './tiers.ts';
import type { Entry, WriteOff } from './usage.ts';

/** What an audit of one account found: its sums, recomputed from the entries, and where the books differ. */
export interface AccountFinding extends InAsset {
  readonly entries: number;
  readonly settlements: number;
  readonly recordedRequests: number;
  /** what it cost */
  readonly recorded: Amount;
  readonly reversedRequests: number;
  readonly reversed: Amount;
  readonly writtenOffStroops: Stroops;
  readonly settledRequests: number;
  readonly settledStroops: Stroops;
  /** what was drawn from the balance, less what was returned */
  readonly paid: Amount;
  readonly differences: readonly string[];
}

/**
 * Audits one account. The caller passes, in order, the entries of each settlement's range and then the settlement, and
 * at the end the entries that no settlement covers. The audit uses none of the totals that it checks.
 */
export class AccountAudit {
  readonly #account: Account;
  readonly #prices: ReadonlyMap<number, Price>;
  readonly #inAsset: InAsset;
  readonly #differences: string[] = [];
  readonly #reversals = new ReversalAudit();
  readonly #recordedByVersion = new Map<number, number>();
  readonly #settledByVersion = new Map<number, number>();
  #rangeByVersion = new Map<number, number>();
  #entries = 0;
  #settlements = 0;
  #settledThrough = 0;
  #recordedRequests = 0;
  #recorded = 0n;
  #reversedRequests = 0;
  #reversed = 0n;
  #writtenOffStroops = 0n;
  #carriedStroops = 0n;
  #remainder = 0n;
  /** what the ranges of all bills cost, by their entries */
  #billable = 0n;
  /** of the last usage */
  #topVersion = -1;
  #settledRequests = 0;
  #settledStroops = 0n;
  readonly #drawn = new DrawnAudit();

  readonly #tiers: TierAudit;

  /**
   * @param tiers of the price versions that have some; their prices are 0
   * @param inAsset what its prices are in
   */
  constructor(account: Account, { prices, tiers }: PricesOf, inAsset: InAsset = inXlm) {
    this.#account = account;
    this.#inAsset = inAsset;
    this.#prices = prices;
    this.#tiers = new TierAudit(tiers, account.unitScale);
  }

  /** How many requests of an already added entry were taken back by reversals that were added, too. */
  reversedOf(entry: Pick<Entry, 'sequence' | 'requests'>): number {
    return this.#reversals.reversedOf(entry);
  }

  /** What usage costs at its price version, in the tiers that it names; 0 while there is none. */
  costOf({ requests, priceVersion, tiered }: Pick<Entry, 'requests' | 'priceVersion' | 'tiered'>): Amount {
    const inTiers = tiered === undefined ? 0n : costOfParts(tiered.parts, this.#account.unitScale);
    return inTiers + costOfRequests(requests, this.#priceOf(priceVersion) ?? 0n, this.#account);
  }

  /** An entry; for a reversal, with the usage that it takes back, in requests by price version, as the entries show it. */
  entry(
    entry: Entry,
    taken: ReadonlyMap<number, number> = new Map(),
    takenTiers: ReadonlyMap<number, TakenTiers> = new Map(),
  ): void {
    this.#entries += 1;
    this.#expect(entry.sequence === this.#entries, `entry ${entry.id} is not number ${this.#entries}`);
    const version = entry.priceVersion;
    const isUsage = entry.reversal === undefined && entry.writeOff === undefined;
    const added = isUsage ? entry.requests : 0;
    const lineRequests = (this.#recordedByVersion.get(version) ?? 0) + added;
    this.#expect(entry.lineRequests === lineRequests, `entry ${entry.id} carries a wrong sum of its line`);
    const cost = isUsage ? this.#usage(entry, lineRequests) : 0n;
    for (const fault of this.#drawn.faultsOf(entry, cost)) this.#differences.push(fault);
    if (entry.reversal !== undefined) this.#reversal(entry, taken, takenTiers);
    else if (entry.writeOff !== undefined) this.#writeOff(entry, entry.writeOff);
  }

  /** Returns what it costs. */
  #usage(entry: Entry, lineRequests: number): Amount {
    const version = entry.priceVersion;
    this.#expect(version >= this.#topVersion, `entry ${entry.id} has an older price than one before it`);
    this.#topVersion = version;
    this.#recordedByVersion.set(version, lineRequests);
    this.#addToRange(version, entry.requests);
    this.#recordedRequests += entry.requests;
    const inTiers = this.#tiers.usage(entry);
    this.#differences.push(...inTiers.faults);
    const cost = inTiers.cost + costOfRequests(entry.requests, this.#priceOf(version) ?? 0n, this.#account);
    this.#recorded += cost;
    this.#expect(entry.requests > 0, `entry ${entry.id} is of no requests`);
    const isPriced = version === 0 || this.#prices.has(version);
    this.#expect(isPriced, `entry ${entry.id} has price version ${version}, which does not exist`);
    return cost;
  }

  #reversal(
    entry: Entry,
    taken: ReadonlyMap<number, number>,
    takenTiers: ReadonlyMap<number, TakenTiers>,
  ): void {
    this.#expect(
      entry.priceVersion === this.#topVersion,
      `reversal ${entry.id} is not at its latest price version`,
    );
    for (const fault of this.#reversals.faultsOf(entry, taken)) this.#differences.push(fault);
    const inTiers = this.#tiers.reversal(entry, takenTiers);
    this.#differences.push(...inTiers.faults);
    this.#reversed += inTiers.cost;
    for (const { priceVersion, requests } of entry.reversal?.lines ?? []) {
      this.#addToRange(priceVersion, -requests);
      this.#reversedRequests += requests;
      this.#reversed += costOfRequests(requests, this.#priceOf(priceVersion) ?? 0n, this.#account);
    }
  }

  /** A write-off takes all of the credit that the settlement before it left. */
  #writeOff(entry: Entry, { stroops }: WriteOff): void {
    const { id, sequence, requests, priceVersion } = entry;
    this.#differences.push(...this.#tiers.otherFaults(entry));
    this.#expect(priceVersion === this.#topVersion, `write-off ${id} does not have the last price version`);
    this.#expect(requests === 0, `write-off ${id} has requests`);
    this.#expect(this.#settledThrough === sequence - 1, `write-off ${id} does not follow a settlement`);
    const isWhole = stroops > 0n && stroops === -this.#carriedStroops;
    this.#expect(isWhole, `write-off ${id} is not the credit that the last settlement left`);
    this.#carriedStroops += stroops;
    this.#writtenOffStroops += stroops;
  }

  #addToRange(version: number, requests: number): void {
    this.#rangeByVersion.set(version, (this.#rangeByVersion.get(version) ?? 0) + requests);
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
    const paid = this.#drawn.takeRange();
    this.#expect(settlement.paid === paid, `settlement ${id} states another amount as paid from the balance`);
    this.#checkBill(settlement);
    for (const [version, requests] of this.#rangeByVersion) {
      this.#billable += costOfRequests(requests, this.#priceOf(version) ?? 0n, this.#account);
      this.#settledByVersion.set(version, (this.#settledByVersion.get(version) ?? 0) + requests);
    }
    const inTiers = this.#tiers.settlement(settlement);
    this.#billable += inTiers.cost;
    this.#differences.push(...inTiers.faults);
    this.#rangeByVersion = new Map();
    this.#settledThrough = settlement.through;
    this.#settledRequests += settlement.requests;
    this.#settledStroops += settlement.billedStroops;
    const { carriedOnStroops, remainderOn } = leftBy(settlement);
    this.#carriedStroops = carriedOnStroops;
    this.#remainder = remainderOn;
  }

  /** Compares the totals of the account with the recomputed ones. */
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
    this.#expect(
      account.reversedRequests === this.#reversedRequests,
      'reversed requests differ from the entries',
    );
    this.#expect(
      account.clearedThrough === this.#reversals.clearedThrough,
      'clearedThrough is not where the last reversal of a range ended',
    );
    this.#expect(account.carriedStroops === this.#carriedStroops, 'what is carried differs from the bills');
    this.#expect(account.remainder === this.#remainder, 'the remainder differs from the bills');
    const atom = atomOf(this.#inAsset.assetScale);
    const left =
      this.#billable - this.#drawn.settled + (this.#writtenOffStroops - this.#settledStroops) * atom;
    this.#expect(
      left === account.carriedStroops * atom + account.remainder,
      'the bills, what is carried and the remainder do not come to what the usage costs',
    );
    this.#expect(account.settledRequests === this.#settledRequests, 'settled requests differ from the bills');
    this.#expect(account.settledStroops === this.#settledStroops, 'settled stroops differ from the bills');
    this.#expect(
      account.paid === this.#drawn.paid,
      'what was paid from the balance differs from the entries',
    );
    this.#expect(
      account.settledPaid === this.#drawn.settled,
      'what bills state as paid differs from the entries',
    );
    this.#expect(account.lines.length === this.#recordedByVersion.size, 'there are lines without entries');
    for (const line of account.lines) {
      const { priceVersion } = line;
      const recorded = this.#recordedByVersion.get(priceVersion);
      const settled = this.#settledByVersion.get(priceVersion) ?? 0;
      this.#expect(
        line.recordedRequests === recorded,
        `line ${priceVersion}: recorded differs from the entries`,
      );
      this.#expect(
        line.reversedRequests === this.#reversals.reversedAt(priceVersion),
        `line ${priceVersion}: reversed differs from the entries`,
      );
      this.#expect(line.settledRequests === settled, `line ${priceVersion}: settled differs from the bills`);
      this.#expect(line.price === this.#prices.get(priceVersion), `line ${priceVersion}: the price differs`);
    }
    this.#differences.push(...this.#tiers.faultsOf(account));
    const { asset, assetScale } = this.#inAsset;
    return {
      asset,
      assetScale,
      entries: this.#entries,
      settlements: this.#settlements,
      recordedRequests: this.#recordedRequests,
      recorded: this.#recorded,
      reversedRequests: this.#reversedRequests,
      reversed: this.#reversed,
      writtenOffStroops: this.#writtenOffStroops,
      settledRequests: this.#settledRequests,
      settledStroops: this.#settledStroops,
      paid: this.#drawn.paid,
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
    for (const [line, requests] of [...wanted]) if (requests === 0) wanted.delete(line);
    this.#expect(
      settlement.carriedStroops === this.#carriedStroops,
      `settlement ${settlement.id} does not carry what the last one left`,
    );
    this.#expect(
      settlement.remainder === this.#remainder,
      `settlement ${settlement.id} does not take the remainder of the last one`,
    );
    let requests = 0;
    for (const line of settlement.lines) {
      const price = this.#priceOf(line.priceVersion);
      const inTiers = this.#tiers.hasTiers(line.priceVersion);
      const isExact =
        line.requests === (wanted.get(line.priceVersion) ?? (inTiers ? 0 : undefined)) &&
        line.price === price &&
        (inTiers || line.amount === costOfRequests(line.requests, line.price, this.#account));
      this.#expect(
        isExact,
        `settlement ${settlement.id}: line ${line.priceVersion} is not what its entries cost`,
      );
      wanted.delete(line.priceVersion);
      requests += line.requests;
    }
    this.#expect(wanted.size === 0, `settlement ${settlement.id} leaves out entries of its range`);
    this.#expect(
      roundedBill(settlement).billedStroops === settlement.billedStroops,
      `settlement ${settlement.id} is not the sum of its lines and what was carried`,
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
