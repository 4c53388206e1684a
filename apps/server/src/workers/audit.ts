import type { Logger } from 'pino';
import { countDifferences, outstandingBy } from '../domain/audit-finding.ts';
import type { AuditedBooks, Audits, TenantAudit } from '../reads/audits.ts';
import type { Books } from '../reads/books.ts';
import type { JobRunner, ReadJob } from '../reads/read-jobs.ts';
import { ReadAborted } from '../reads/read-places.ts';

/** The dependencies of the audit. */
export interface AuditDesk {
  readonly books: Pick<Books, 'tenantsAfter'>;
  /** audits a tenant outside the HTTP thread */
  readonly jobs: JobRunner;
  readonly audits: Audits;
  /** how long after its last audit a tenant is due again */
  readonly everyMs: number;
  readonly nowMs: () => number;
  readonly log: Logger;
  readonly report: (books: AuditedBooks) => void;
  /** how many tenants could not be audited in a run; the others were audited */
  readonly reportFailed: (tenants: number) => void;
}

const noTenants = {
  tenants: 0,
  accounts: 0,
  outstandingRequests: 0n,
  outstandingStroops: 0n,
  settledStroops: 0n,
  writtenOffStroops: 0n,
  balances: 0,
  availableStroops: 0n,
  openHolds: 0,
  differences: 0,
};

const tenantRows = 100;
/** How often in that time an instance checks what is due: instances that run in parallel share what is due. */
const looksPerRound = 10;
/** A tenant is held longer while its audit is running; if the instance dies, another one takes over after this time. */
const takenForMs = 60_000;

/** Audits the books of all tenants periodically, and reports the result; a difference is logged as an error. */
export class Audit {
  readonly #desk: AuditDesk;
  #timer: NodeJS.Timeout | undefined;
  readonly #stopping = new AbortController();

  constructor(desk: AuditDesk) {
    this.#desk = desk;
  }

  /**
   * Audits every tenant that was not audited since a time (by default, now) and that no other instance is auditing. A
   * tenant that cannot be audited is logged, and the others are still audited. Returns what is then known about all
   * tenants; `undefined` if it was stopped before the end.
   */
  async runOnce(dueBeforeMs: number = this.#desk.nowMs()): Promise<AuditedBooks | undefined> {
    const { books, audits, report, reportFailed } = this.#desk;
    let failed = 0;
    for (let after: string | undefined = ''; after !== undefined; ) {
      const tenants: readonly string[] = await books.tenantsAfter(after, tenantRows);
      failed += await this.#auditDue(tenants, dueBeforeMs);
      if (this.#stopping.signal.aborted) return undefined;
      after = tenants.length < tenantRows ? undefined : tenants.at(-1);
    }
    const sums = (await audits.sums()) ?? { ...noTenants, endedAtMs: this.#desk.nowMs() };
    report(sums);
    reportFailed(failed);
    return sums;
  }

  start(): void {
    this.#schedule(0);
  }

  stop(): void {
    this.#stopping.abort();
    clearTimeout(this.#timer);
  }

  /** Audits some tenants in their order, each of them once; returns how many could not be audited. */
  async #auditDue(tenants: readonly string[], dueBeforeMs: number): Promise<number> {
    let left = tenants;
    let failed = 0;
    while (left.length > 0 && !this.#stopping.signal.aborted) {
      const nowMs = this.#desk.nowMs();
      const due = await this.#desk.audits.take(left, { nowMs, dueBeforeMs, untilMs: nowMs + takenForMs });
      if (due === undefined) return failed;
      if (due.isTaken && !(await this.#auditTenant(due.tenant))) failed += 1;
      left = left.slice(left.indexOf(due.tenant) + 1);
    }
    return failed;
  }

  /** Audits a tenant; returns whether that succeeded. */
  async #auditTenant(tenant: string): Promise<boolean> {
    const { audits, nowMs, log } = this.#desk;
    const keeping = setInterval(() => {
      // If the hold cannot be extended, another instance audits the tenant as well: the books are only read.
      audits.keep(tenant, nowMs() + takenForMs).catch(() => undefined);
    }, takenForMs / 3);
    keeping.unref();
    try {
      const found = await this.#found(tenant);
      await audits.end(tenant, found);
      // A log never names an agent or a service.
      if (found.differences > 0) log.error({ tenant }, 'the audit found differences');
      return true;
    } catch (error) {
      // The threads of reads end with the server, perhaps in the middle of a read.
      if (error instanceof ReadAborted || this.#stopping.signal.aborted) {
        await audits.giveUp(tenant).catch(() => undefined);
        return false;
      }
      log.error({ tenant, err: error }, 'the books of a tenant could not be audited; the server will retry');
      await audits.giveUp(tenant).catch(() => undefined);
      return false;
    } finally {
      clearInterval(keeping);
    }
  }

  async #found(tenant: string): Promise<TenantAudit> {
    const job: ReadJob<'auditBooks'> = { name: 'auditBooks', args: [tenant] };
    const found = await this.#desk.jobs.run(job, this.#stopping.signal);
    const outstanding = outstandingBy(found);
    return {
      accounts: found.accounts,
      outstandingRequests: outstanding.requests,
      outstandingStroops: outstanding.stroops,
      settledStroops: found.settledStroops,
      writtenOffStroops: found.writtenOffStroops,
      balances: found.balances.count,
      availableStroops: found.balances.availableStroops,
      openHolds: found.balances.openHolds,
      differences: countDifferences(found),
      endedAtMs: this.#desk.nowMs(),
    };
  }

  #schedule(inMs: number): void {
    if (this.#stopping.signal.aborted) return;
    const { everyMs, nowMs, log } = this.#desk;
    this.#timer = setTimeout(() => {
      this.runOnce(nowMs() - everyMs)
        .catch((error: unknown) => log.warn({ err: error }, 'the audit failed; the server will retry'))
        .finally(() => this.#schedule(everyMs / looksPerRound));
    }, inMs);
    this.#timer.unref();
  }
}
