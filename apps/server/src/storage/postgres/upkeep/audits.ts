import type { AuditedBooks, Audits, DueAudits, DueTenant, TenantAudit } from '../../../reads/audits.ts';
import { big, flag, integer, text } from '../columns.ts';
import type { ConnectionInTurns, ExclusiveConnection } from '../exclusive-connection.ts';
import { storageFault } from '../fault.ts';

// If two instances take the same tenant, one gets it: the condition is checked again after the other's write.
const takeSql = `WITH due AS MATERIALIZED (
    SELECT w.tenant FROM unnest($1::text[]) WITH ORDINALITY AS w (tenant, n)
      LEFT JOIN audits AS a ON a.tenant = w.tenant
    WHERE a.tenant IS NULL OR (a.taken_until_ms <= $2 AND (a.ended_at_ms IS NULL OR a.ended_at_ms <= $3))
    ORDER BY w.n LIMIT 1
  ), taken AS (
    INSERT INTO audits AS a (tenant, taken_until_ms) SELECT tenant, $4 FROM due
    ON CONFLICT (tenant) DO UPDATE SET taken_until_ms = excluded.taken_until_ms
    WHERE a.taken_until_ms <= $2 AND (a.ended_at_ms IS NULL OR a.ended_at_ms <= $3)
    RETURNING a.tenant
  )
  SELECT due.tenant, EXISTS (SELECT FROM taken) AS is_taken FROM due`;
// If tenants are on several nodes: first the tenants that are not due, then the first of the others.
const notDueSql = `SELECT tenant FROM audits WHERE tenant = ANY ($1)
  AND NOT (taken_until_ms <= $2 AND (ended_at_ms IS NULL OR ended_at_ms <= $3))`;
const takeOneSql = `INSERT INTO audits AS a (tenant, taken_until_ms) VALUES ($1, $4)
  ON CONFLICT (tenant) DO UPDATE SET taken_until_ms = excluded.taken_until_ms
  WHERE a.taken_until_ms <= $2 AND (a.ended_at_ms IS NULL OR a.ended_at_ms <= $3) RETURNING tenant`;
const keepSql = 'UPDATE audits SET taken_until_ms = $2 WHERE tenant = $1 AND taken_until_ms > 0';
const endSql = `UPDATE audits SET taken_until_ms = 0, ended_at_ms = $2, accounts = $3, outstanding_requests = $4,
    outstanding_stroops = $5, settled_stroops = $6, differences = $7,
    written_off_stroops = $8, balances = $9, available_stroops = $10, open_holds = $11
  WHERE tenant = $1`;
const giveUpSql = 'UPDATE audits SET taken_until_ms = 0 WHERE tenant = $1';
const sumsSql = `SELECT count(*) AS tenants, sum(accounts)::text AS accounts,
    sum(outstanding_requests)::text AS outstanding_requests, sum(outstanding_stroops)::text AS outstanding_stroops,
    sum(settled_stroops)::text AS settled_stroops,
    coalesce(sum(written_off_stroops), 0)::text AS written_off_stroops,
    coalesce(sum(balances), 0)::text AS balances, coalesce(sum(available_stroops), 0)::text AS available_stroops,
    coalesce(sum(open_holds), 0)::text AS open_holds, sum(differences)::text AS differences,
    min(ended_at_ms) AS ended_at_ms
  FROM audits WHERE ended_at_ms IS NOT NULL HAVING count(*) > 0`;

/** The audits of all instances on a database: a row for each tenant says which instance holds it, and the last result. */
export class PostgresAudits implements Audits {
  readonly #connection: ConnectionInTurns;

  constructor(connection: ConnectionInTurns) {
    this.#connection = connection;
  }

  take(
    tenants: readonly string[],
    { nowMs, dueBeforeMs, untilMs }: DueAudits,
  ): Promise<DueTenant | undefined> {
    return this.#use(async (connection) => {
      if (connection.placement !== 'one_node') {
        const rows = await connection.rows(notDueSql, [tenants, nowMs, dueBeforeMs]);
        const notDue = new Set(rows.map((row) => text(row, 'tenant')));
        const due = tenants.find((tenant) => !notDue.has(tenant));
        if (due === undefined) return undefined;
        const taken = await connection.rows(takeOneSql, [due, nowMs, dueBeforeMs, untilMs]);
        return { tenant: due, isTaken: taken.length > 0 };
      }
      const [row] = await connection.rows(takeSql, [tenants, nowMs, dueBeforeMs, untilMs]);
      return row && { tenant: text(row, 'tenant'), isTaken: flag(row, 'is_taken') };
    });
  }

  async keep(tenant: string, untilMs: number): Promise<void> {
    await this.#use((connection) => connection.rows(keepSql, [tenant, untilMs]));
  }

  async end(tenant: string, found: TenantAudit): Promise<void> {
    const values = [
      tenant,
      found.endedAtMs,
      found.accounts,
      String(found.outstandingRequests),
      String(found.outstandingStroops),
      String(found.settledStroops),
      found.differences,
      String(found.writtenOffStroops),
      found.balances,
      String(found.availableStroops),
      found.openHolds,
    ];
    await this.#use((connection) => connection.rows(endSql, values));
  }

  async giveUp(tenant: string): Promise<void> {
    await this.#use((connection) => connection.rows(giveUpSql, [tenant]));
  }

  sums(): Promise<AuditedBooks | undefined> {
    return this.#use(async (connection) => {
      const [row] = await connection.rows(sumsSql, []);
      return (
        row && {
          tenants: integer(row, 'tenants'),
          accounts: integer(row, 'accounts'),
          outstandingRequests: big(row, 'outstanding_requests'),
          outstandingStroops: big(row, 'outstanding_stroops'),
          settledStroops: big(row, 'settled_stroops'),
          writtenOffStroops: big(row, 'written_off_stroops'),
          balances: integer(row, 'balances'),
          availableStroops: big(row, 'available_stroops'),
          openHolds: integer(row, 'open_holds'),
          differences: integer(row, 'differences'),
          endedAtMs: integer(row, 'ended_at_ms'),
        }
      );
    });
  }
  async #use<T>(work: (connection: ExclusiveConnection) => Promise<T>): Promise<T> {
    try {
      return await this.#connection.use(work);
    } catch (error) {
      throw storageFault(error, 'before_commit');
    }
  }
}
