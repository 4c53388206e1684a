import type { Place } from './row.ts';
import { RowOrder } from './row-order.ts';

/** A row or an item that was refused, by the ingester or by the server. */
export interface RefusedRow {
  readonly row: number;
  /** in the file; `undefined` if the server refused it */
  readonly line: number | undefined;
  readonly code: string;
  readonly message: string;
}

/** What happened to the requests of a service in this run, or to its units: in 10^-6 of one. */
export interface ServiceTally {
  recorded: bigint;
  duplicate: bigint;
}

/** How many refusals are kept to be listed. */
export const refusalsListedMax = 20;

/** Counts the results of an ingestion. */
export class Tally {
  rowsRead = 0;
  /** rows that are filtered out, or have no count */
  rowsSkipped = 0;
  /** counts of 0: there is nothing to bill */
  zeroCounts = 0;
  itemsAnswered = 0;
  /** sent, or about to be sent, when the run was stopped */
  itemsUnanswered = 0;
  recorded = 0;
  duplicates = 0;
  rowsRefused = 0;
  itemsRefused = 0;
  retries = 0;
  /** of the file, as far as they were processed */
  bytesDone = 0;
  heldBackLine: number | undefined;
  readonly order = new RowOrder();
  readonly refusals: RefusedRow[] = [];
  /** the codes of all refusals */
  readonly refusalCodes = new Set<string>();
  readonly services = new Map<string, ServiceTally>();

  /** Counts a row that is not sent. */
  refuseRow({ row, line }: Place, message: string): void {
    this.rowsRefused += 1;
    this.#list({ row, line, code: 'row_refused', message });
  }

  /** Counts an item that the server refused. */
  refuseItem(row: number, code: string, message: string): void {
    this.itemsRefused += 1;
    this.#list({ row, line: undefined, code, message });
  }

  /** Counts an item that the server now has: new, or already known. */
  take(status: 'recorded' | 'duplicate', serviceId: string, amount: bigint): void {
    const service = this.services.get(serviceId) ?? { recorded: 0n, duplicate: 0n };
    service[status] += amount;
    this.services.set(serviceId, service);
    if (status === 'recorded') this.recorded += 1;
    else this.duplicates += 1;
  }

  /** Lists the first rows of the file, independent of the order in which bulks are answered. */
  #list(refusal: RefusedRow): void {
    this.refusalCodes.add(refusal.code);
    const after = this.refusals.findLastIndex(({ row }) => row <= refusal.row) + 1;
    this.refusals.splice(after, 0, refusal);
    if (this.refusals.length > refusalsListedMax) this.refusals.pop();
  }
}
