import { adminTenant } from '../../../domain/tenant.ts';
import { idAtMs } from '../../../reads/id-bounds.ts';
import { deliveriesKeptMs, forgottenBeforeMs, steadyForMs } from '../../steady-clock.ts';
import type { AnswerCap } from '../../stored-answer.ts';
import { failuresMax, type SweepCursor, type SweepFailure, type SweepLimits } from '../../sweep-step.ts';
import { bytea, hex, integer, text } from '../columns.ts';
import type { PostgresConnection } from '../connection.ts';
import { dayMs, dropParts, makeParts, type PartedTable, partedTables } from '../database/parts.ts';
import type { ConnectionInTurns, ExclusiveConnection } from '../exclusive-connection.ts';
import { ConnectionLost, storageFault } from '../fault.ts';
import { ofTenants } from '../one-tenant.ts';
import type { PostgresRow, Value } from '../statement-runner.ts';
import { deleteByTenant, tenantsWithSql } from './by-tenant.ts';
import { saveSweptAt } from './swept-clock.ts';

/** What a step did, and whether another one has to follow. */
export type SweepReport =
  /** it was limited to answers to evict */
  | {
      readonly kind: 'evicting';
      readonly answersEvicted: number;
      readonly isDone: boolean;
      readonly failures: readonly SweepFailure[];
    }
  | {
      readonly kind: 'clock_unsteady';
      readonly partsMade: number;
      readonly answersEvicted: number;
      readonly steadySinceMs: number;
      readonly isDone: boolean;
      readonly failures: readonly SweepFailure[];
    }
  | {
      readonly kind: 'swept';
      readonly partsMade: number;
      /** records from before it are forgotten; none are while the clock was not steady for the retention */
      readonly forgottenBeforeMs: number | undefined;
      readonly answersEvicted: number;
      readonly partsDropped: number;
      /** rows that were in no part that could be dropped */
      readonly rowsDeleted: number;
      readonly isDone: boolean;
      readonly cursor: SweepCursor | undefined;
      readonly failures: readonly SweepFailure[];
    };

const loadFullScopesSql =
  'SELECT tenant, scope, answers, answer_bytes FROM scopes WHERE answers > $1 OR answer_bytes > $2';
// Only among the oldest answers, because every step checks each scope that was ever full.
const lastEvictedSql = `SELECT day, max(answer) AS answer FROM (SELECT day, answer, bytes_before FROM answers
    WHERE tenant = $1 AND scope = $2 ORDER BY day, answer LIMIT $5) AS oldest
  WHERE answer <= $3 OR bytes_before < $4 GROUP BY day ORDER BY day`;
const deleteEvictedSql = 'DELETE FROM answers WHERE tenant = $1 AND scope = $2 AND day = $3 AND answer <= $4';
const deleteAnswersOf = (ofTenant: string) => `DELETE FROM answers_rest WHERE ${ofTenant}ctid = ANY (ARRAY (
  SELECT ctid FROM answers_rest WHERE ${ofTenant}day < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`;
const deleteAnswersSql = ofTenants(
  2,
  () => deleteAnswersOf(''),
  (tenant) => deleteAnswersOf(`tenant = ${tenant} AND `),
);
const answersTenantsSql = tenantsWithSql('answers_rest AS d WHERE d.day < $1', 1);
// Committed before records are deleted: from then on a record of an earlier key may be missing.
const saveForgottenSql = `INSERT INTO operator (tenant, forgotten_before_ms) VALUES ($1, $2)
  ON CONFLICT (tenant) DO UPDATE
    SET forgotten_before_ms = greatest(operator.forgotten_before_ms, excluded.forgotten_before_ms)`;
// Both the first use and the time in the key must be older; the digests of keys without a time begin with ff. The same
// statement checks the clock: if it sees a record from a clock that was set back, it also sees that the clock is not
// steady. It continues in the order of time where the previous step ended, because the rows that step deleted still
// exist as dead rows.
const deleteRecordsOf = (
  table: string,
  ofTenant: string,
) => `DELETE FROM ${table} WHERE ${ofTenant}ctid = ANY (ARRAY (
    SELECT ctid FROM ${table} WHERE ${ofTenant}first_seen_at_ms >= $1 AND first_seen_at_ms < $2
      AND (key < $4 OR key >= '\\xff') AND EXISTS (SELECT FROM operator WHERE tenant = $5 AND steady_since_ms < $2)
    ORDER BY first_seen_at_ms LIMIT $3 FOR UPDATE SKIP LOCKED))`;
const deleteRecordsSql = (table: string) =>
  ofTenants(
    5,
    () => `WITH gone AS (${deleteRecordsOf(table, '')} RETURNING first_seen_at_ms)
  SELECT count(*) AS rows, coalesce(max(first_seen_at_ms), $1) AS last_ms FROM gone`,
    (tenant) => deleteRecordsOf(table, `tenant = ${tenant} AND `),
  );
const recordsTenantsSql = (table: string) =>
  tenantsWithSql(`${table} AS d WHERE d.first_seen_at_ms < $1 AND (d.key < $2 OR d.key >= '\\xff')`, 2);
// Deliveries of whole days that have ended, or belong to deleted webhooks. A part that has only such rows is dropped
// instead.
const endedDeliveries = `deliveries AS d LEFT JOIN webhooks AS w ON w.tenant = d.tenant AND w.id = d.webhook
  WHERE d.event < $1 AND (d.state <> 'pending' OR w.deleted IS NOT FALSE)`;
const deleteDeliveriesSql = ofTenants(
  2,
  () => `DELETE FROM deliveries WHERE (tenant, webhook, event) IN (
  SELECT d.tenant, d.webhook, d.event FROM ${endedDeliveries} LIMIT $2 FOR UPDATE OF d SKIP LOCKED)`,
  (tenant) => `DELETE FROM deliveries WHERE tenant = ${tenant} AND (webhook, event) IN (
  SELECT d.webhook, d.event FROM ${endedDeliveries} AND d.tenant = ${tenant} LIMIT $2 FOR UPDATE OF d SKIP LOCKED)`,
);
const deliveriesTenantsSql = tenantsWithSql(endedDeliveries, 1);
const lastPendingSql = `SELECT event FROM deliveries AS d JOIN webhooks AS w ON w.tenant = d.tenant AND w.id = d.webhook
  WHERE d.state = 'pending' AND d.event < $1 AND NOT w.deleted ORDER BY event LIMIT 1`;

/**
 * Forgets what has expired. Rows that are kept by time are removed by dropping a whole partition; the rest (keys
 * without a time in them, and rows that found no partition) are deleted in short separate statements. Every instance
 * may do it at the same time: each takes what the others have not.
 */
export class PostgresSweep {
  readonly #connection: ConnectionInTurns;
  readonly #cap: AnswerCap;

  constructor(connection: ConnectionInTurns, cap: AnswerCap) {
    this.#connection = connection;
    this.#cap = cap;
  }

  /** One step. The time is that of the database's clock. */
  sweep(nowMs: number, limits: SweepLimits): Promise<SweepReport> {
    return this.#use((connection) => this.#step(connection, nowMs, limits));
  }

  /** Makes the parts of the days to come. */
  makeParts(nowMs: number, retentionMs: number): Promise<number> {
    return this.#use(async (connection) => {
      let made = 0;
      for (const table of partedTables(retentionMs)) made += await makeParts(connection, table, nowMs);
      return made;
    });
  }

  async #use<T>(work: (connection: ExclusiveConnection) => Promise<T>): Promise<T> {
    try {
      return await this.#connection.use(work);
    } catch (error) {
      throw storageFault(error, 'before_commit');
    }
  }

  async #step(connection: ExclusiveConnection, nowMs: number, limits: SweepLimits): Promise<SweepReport> {
    const { rowsMax, answerTtlMs, retentionMs } = limits;
    const tasks = new Tasks();
    if (limits.onlyEvicts === true) {
      const count = await this.#evict(connection, rowsMax, tasks);
      return { kind: 'evicting', answersEvicted: count, isDone: count < rowsMax, failures: tasks.failures };
    }
    let partsMade = 0;
    for (const table of partedTables(retentionMs)) {
      partsMade += await tasks.run(`new parts of ${table.name}`, 0, () =>
        makeParts(connection, table, nowMs),
      );
    }
    const answersEvicted = await this.#evict(connection, rowsMax, tasks);
    const isEvicting = answersEvicted >= rowsMax;
    const sinceMs = await saveSweptAt(connection, nowMs);
    const { failures } = tasks;
    if (nowMs - sinceMs < steadyForMs) {
      const isDone = !isEvicting;
      return { kind: 'clock_unsteady', partsMade, answersEvicted, steadySinceMs: sinceMs, isDone, failures };
    }
    const beforeMs = forgottenBeforeMs(sinceMs, nowMs, retentionMs);
    const partsDropped = await this.#dropPast(
      connection,
      nowMs,
      { answerTtlMs, retentionMs },
      beforeMs,
      tasks,
    );
    const after = limits.cursor?.kind === 'times' ? limits.cursor : { untimedMs: 0, restMs: 0 };
    const forget = (table: string, fromMs: number) => {
      const nothing = { count: 0, lastMs: fromMs };
      if (beforeMs === undefined) return nothing;
      return tasks.run(table, nothing, () =>
        this.#forgetRecords(connection, table, fromMs, beforeMs, rowsMax),
      );
    };
    const untimed = await forget('records_untimed', after.untimedMs);
    const rest = await forget('records_rest', after.restMs);
    const answersBefore = Math.floor((nowMs - answerTtlMs) / dayMs);
    const answers = await tasks.run('answers_rest', 0, () =>
      deleteOld(
        connection,
        { findSql: answersTenantsSql, deleteSql: deleteAnswersSql },
        answersBefore,
        rowsMax,
      ),
    );
    const deliveriesBefore = idAtMs(Math.floor((nowMs - deliveriesKeptMs) / dayMs) * dayMs);
    const deliveries = await tasks.run('deliveries', 0, () =>
      deleteOld(
        connection,
        { findSql: deliveriesTenantsSql, deleteSql: deleteDeliveriesSql },
        deliveriesBefore,
        rowsMax,
      ),
    );
    const deleted = [untimed.count, rest.count, answers, deliveries];
    const isDone = !isEvicting && deleted.every((count) => count < rowsMax);
    return {
      kind: 'swept',
      partsMade,
      forgottenBeforeMs: beforeMs,
      answersEvicted,
      partsDropped,
      rowsDeleted: deleted.reduce((sum, count) => sum + count, 0),
      isDone,
      cursor: isDone ? undefined : { kind: 'times', untimedMs: untimed.lastMs, restMs: rest.lastMs },
      failures,
    };
  }

  async #forgetRecords(
    connection: PostgresConnection,
    table: string,
    fromMs: number,
    beforeMs: number,
    rowsMax: number,
  ): Promise<{ readonly count: number; readonly lastMs: number }> {
    const key = bytea(hexTime(beforeMs));
    if (connection.placement !== 'one_node') {
      const count = await deleteByTenant(
        connection,
        { findSql: recordsTenantsSql(table), deleteSql: deleteRecordsSql(table) },
        [beforeMs, key],
        (most) => [0, beforeMs, most, key, adminTenant],
        rowsMax,
      );
      return { count, lastMs: fromMs };
    }
    const values = [fromMs, beforeMs, rowsMax, key, adminTenant];
    const [row] = await connection.rows(deleteRecordsSql(table), values);
    return row === undefined
      ? { count: 0, lastMs: fromMs }
      : { count: integer(row, 'rows'), lastMs: integer(row, 'last_ms') };
  }

  async #dropPast(
    connection: ExclusiveConnection,
    nowMs: number,
    { answerTtlMs, retentionMs }: Pick<SweepLimits, 'answerTtlMs' | 'retentionMs'>,
    recordsBeforeMs: number | undefined,
    tasks: Tasks,
  ): Promise<number> {
    const beforeMs = {
      answers: nowMs - answerTtlMs,
      records: recordsBeforeMs,
      deliveries: nowMs - deliveriesKeptMs,
    };
    if (recordsBeforeMs !== undefined)
      await connection.rows(saveForgottenSql, [adminTenant, recordsBeforeMs]);
    let dropped = 0;
    for (const table of partedTables(retentionMs)) {
      const keptFromMs = beforeMs[table.name];
      if (keptFromMs === undefined) continue;
      const beforeDay = Math.floor(keptFromMs / dayMs);
      dropped += await tasks.run(`old parts of ${table.name}`, 0, async () =>
        dropParts(connection, table, await this.#stillNeeded(connection, table, beforeDay)),
      );
    }
    return dropped;
  }

  /** A partition with pending deliveries stays, and so do those after it. */
  async #stillNeeded(connection: PostgresConnection, table: PartedTable, beforeDay: number): Promise<number> {
    if (table.name !== 'deliveries') return beforeDay;
    const [row] = await connection.rows(lastPendingSql, [idAtMs(beforeDay * dayMs)]);
    if (row === undefined) return beforeDay;
    const timeMs = Number.parseInt(text(row, 'event').replaceAll('-', '').slice(0, 12), 16);
    return Math.floor(timeMs / dayMs);
  }

  async #evict(connection: PostgresConnection, rowsMax: number, tasks: Tasks): Promise<number> {
    const { answersMax, bytesMax } = this.#cap;
    let evicted = 0;
    for (const row of await connection.rows(loadFullScopesSql, [answersMax, bytesMax])) {
      evicted += await tasks.run(`evicted answers of tenant ${text(row, 'tenant')}`, 0, () =>
        this.#evictOf(connection, row, rowsMax - evicted),
      );
      if (evicted >= rowsMax) break;
    }
    return evicted;
  }

  /** Evicts answers of one scope. */
  async #evictOf(connection: PostgresConnection, scope: PostgresRow, rowsMax: number): Promise<number> {
    const { answersMax, bytesMax } = this.#cap;
    const place = [text(scope, 'tenant'), bytea(hex(scope, 'scope'))] as const;
    const bounds = [integer(scope, 'answers') - answersMax, integer(scope, 'answer_bytes') - bytesMax];
    let evicted = 0;
    for (const last of await connection.rows(lastEvictedSql, [...place, ...bounds, rowsMax])) {
      const values = [...place, integer(last, 'day'), integer(last, 'answer')];
      evicted += (await connection.command(deleteEvictedSql, values)).count;
    }
    return evicted;
  }
}

/** Deletes rows from before a day. */
async function deleteOld(
  connection: PostgresConnection,
  statements: { readonly findSql: string; readonly deleteSql: string },
  before: Value,
  rowsMax: number,
): Promise<number> {
  if (connection.placement === 'one_node')
    return (await connection.command(statements.deleteSql, [before, rowsMax])).count;
  return await deleteByTenant(connection, statements, [before], (most) => [before, most], rowsMax);
}

/** Runs the tasks of a step one by one: an error in one of them does not stop the others. */
class Tasks {
  readonly failures: SweepFailure[] = [];

  /** @throws {ConnectionLost} when no task can go on */
  async run<T>(task: string, fallback: T, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ConnectionLost) throw error;
      const { message } = storageFault(error, 'before_commit');
      if (this.failures.length < failuresMax) this.failures.push({ task, message });
      return fallback;
    }
  }
}

/** The first bytes of the digest of a UUIDv7 key from a time, as hexadecimal digits. */
function hexTime(timeMs: number): string {
  return Math.max(0, timeMs).toString(16).padStart(12, '0');
}
