import type { Logger } from 'pino';
import type { AuditedBooks } from '../metrics/metrics.ts';
import { auditBooks } from '../reads/audit-books.ts';
import type { Books } from '../reads/books.ts';

const tenantRows = 100;

/** Audits the books of all tenants now and then, and says what came of it; a difference is logged as an error. */
export class Audit {
  readonly #books: Books;
  readonly #everyMs: number;
  readonly #nowMs: () => number;
  readonly #log: Logger;
  readonly #report: (report: AuditedBooks) => void;
  #timer: NodeJS.Timeout | undefined;
  #isStopped = false;

  constructor(
    books: Books,
    everyMs: number,
    nowMs: () => number,
    log: Logger,
    report: (report: AuditedBooks) => void,
  ) {
    this.#books = books;
    this.#everyMs = everyMs;
    this.#nowMs = nowMs;
    this.#log = log;
    this.#report = report;
  }

  /** Audits every tenant once; `undefined` when it was stopped before the end. */
  async runOnce(): Promise<AuditedBooks | undefined> {
    const sums = { tenants: 0, accounts: 0, differences: 0 };
    const amounts = { outstandingRequests: 0n, outstandingStroops: 0n, settledStroops: 0n };
    for (let after: string | undefined = ''; after !== undefined; ) {
      const tenants: readonly string[] = await this.#books.tenantsAfter(after, tenantRows);
      for (const tenant of tenants) {
        if (this.#isStopped) return undefined;
        const found = await auditBooks(this.#books, tenant);
        sums.tenants += 1;
        sums.accounts += found.accounts;
        sums.differences += found.differences.length;
        amounts.outstandingRequests +=
          found.recordedRequests - found.reversedRequests - found.settledRequests;
        amounts.outstandingStroops += found.recordedStroops - found.reversedStroops - found.settledStroops;
        amounts.settledStroops += found.settledStroops;
        // No agent and no service is named in a log.
        if (found.differences.length > 0) this.#log.error({ tenant }, 'the audit found differences');
      }
      after = tenants.length < tenantRows ? undefined : tenants.at(-1);
    }
    const report = { ...sums, ...amounts, endedAtMs: this.#nowMs() };
    this.#report(report);
    return report;
  }

  start(): void {
    this.#schedule(0);
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(inMs: number): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.runOnce()
        .catch((error: unknown) => this.#log.warn({ err: error }, 'the audit failed; it is tried again'))
        .finally(() => this.#schedule(this.#everyMs));
    }, inMs);
    this.#timer.unref();
  }
}
