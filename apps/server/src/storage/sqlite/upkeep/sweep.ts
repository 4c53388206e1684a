import { digestTimeMs } from '../../digest-time.ts';
import { deliveriesKeptMs, forgottenBeforeMs, steadyForMs } from '../../steady-clock.ts';
import type { AnswerCap } from '../../stored-answer.ts';
import { failuresMax, type SweepCursor, type SweepFailure, type SweepLimits } from '../../sweep-step.ts';
import { bytes, hex, integer, text } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import { needsReopening, storageFault } from '../fault.ts';
import { listAnswersTables } from '../read/answers.ts';
import { answersTableEndMs, deleteEvicted, loadFullScopes } from './answers.ts';
import { forgetDeliveries } from './deliveries.ts';
import { saveSweptAt } from './swept-clock.ts';

// Only records that are in the index of keys: the writer still looks up the others by their numbers.
const nextRecordsSql = `SELECT r.n, r.scope, r.key, r.first_seen_at_ms, s.tenant
     FROM records AS r CROSS JOIN scopes AS s ON s.number = r.scope
     WHERE r.n > ? AND r.n <= (SELECT records_indexed_through FROM ledger_clock WHERE only = 1) ORDER BY r.n LIMIT ?`;
const deleteKeySql = 'DELETE FROM record_keys WHERE scope = ? AND key = ? AND n = ?';
const deleteRecordSql = 'DELETE FROM records WHERE n = ?';

/** What a step did, and whether another one must follow; `cursor` is where that continues. */
export type SweepReport =
  /** the step evicted as many answers as it may, or was limited to evicting answers */
  | {
      readonly kind: 'evicting';
      readonly answersEvicted: number;
      readonly isDone: boolean;
      readonly cursor: SweepCursor | undefined;
      readonly failures: readonly SweepFailure[];
    }
  /** the clock has not run plausibly for long enough: nothing is forgotten */
  | {
      readonly kind: 'clock_unsteady';
      readonly answersEvicted: number;
      readonly steadySinceMs: number;
      readonly isDone: true;
      readonly failures: readonly SweepFailure[];
    }
  | {
      readonly kind: 'swept';
      readonly answersEvicted: number;
      /** records from before it are forgotten; none are while the clock was not steady for the retention */
      readonly forgottenBeforeMs: number | undefined;
      readonly tablesDropped: number;
      readonly deliveriesForgotten: number;
      readonly recordsForgotten: number;
      readonly isDone: boolean;
      readonly cursor: SweepCursor | undefined;
      readonly failures: readonly SweepFailure[];
    };

/**
 * One short step of the sweep: it deletes answers beyond the cap of their scope, drops expired tables of answers, then
 * reads some of the records and deletes those past the retention. A clock that jumps must not delete everything: after
 * a jump, answers are kept until the clock has run steadily for three days, and records until it has done so for the
 * whole retention.
 */
export function sweepStep(
  connection: SqliteConnection,
  nowMs: number,
  limits: SweepLimits,
  cap: AnswerCap,
): SweepReport {
  const tasks = new Tasks(connection);
  const { failures } = tasks;
  const answersEvicted = evict(connection, cap, limits.rowsMax, tasks);
  if (answersEvicted >= limits.rowsMax || limits.onlyEvicts === true) {
    const isDone = answersEvicted < limits.rowsMax;
    return { kind: 'evicting', answersEvicted, isDone, cursor: limits.cursor, failures };
  }
  const sinceMs = saveSweptAt(connection, nowMs);
  if (nowMs - sinceMs < steadyForMs) {
    return { kind: 'clock_unsteady', answersEvicted, steadySinceMs: sinceMs, isDone: true, failures };
  }
  const tablesDropped = dropAnswers(connection, nowMs - limits.answerTtlMs, tasks);
  const deliveriesForgotten = tasks.run('deliveries', 0, () =>
    forgetDeliveries(connection, nowMs - deliveriesKeptMs, limits.rowsMax),
  );
  const beforeMs = forgottenBeforeMs(sinceMs, nowMs, limits.retentionMs);
  const { forgotten, cursor } =
    beforeMs === undefined
      ? { forgotten: 0, cursor: undefined }
      : forgetRecords(connection, beforeMs, limits, tasks);
  const isDone = cursor === undefined && deliveriesForgotten < limits.rowsMax;
  return {
    kind: 'swept',
    answersEvicted,
    forgottenBeforeMs: beforeMs,
    tablesDropped,
    deliveriesForgotten,
    recordsForgotten: forgotten,
    isDone,
    cursor,
    failures,
  };
}

/** Deletes answers beyond the cap of their scope, scope by scope: how many. */
function evict(connection: SqliteConnection, cap: AnswerCap, rowsMax: number, tasks: Tasks): number {
  const scopes = loadFullScopes(connection, cap);
  let evicted = 0;
  for (const table of listAnswersTables(connection)) {
    for (const scope of scopes) {
      evicted += tasks.run(`evicted answers of tenant ${scope.tenant}`, 0, () =>
        deleteEvicted(connection, table, scope, cap, rowsMax - evicted),
      );
      if (evicted >= rowsMax) return evicted;
    }
  }
  return evicted;
}

/** The answers of a day are dropped as a whole, once the last of them has expired. */
function dropAnswers(connection: SqliteConnection, expiredMs: number, tasks: Tasks): number {
  const past = listAnswersTables(connection).filter((table) => answersTableEndMs(table) <= expiredMs);
  return past.filter((table) =>
    tasks.run(table, false, () => {
      connection.exec(`DROP TABLE ${table}`);
      return true;
    }),
  ).length;
}

function forgetRecords(
  connection: SqliteConnection,
  beforeMs: number,
  { rowsMax, cursor }: SweepLimits,
  tasks: Tasks,
): { readonly forgotten: number; readonly cursor: SweepCursor | undefined } {
  // It is saved in the transaction of the step, before any record is deleted.
  connection.run(
    'UPDATE ledger_clock SET forgotten_before_ms = max(forgotten_before_ms, ?) WHERE only = 1',
    beforeMs,
  );
  const after = cursor?.kind === 'record' ? cursor.n : 0;
  const rows = connection.all(nextRecordsSql, after, rowsMax);
  let forgotten = 0;
  let last: SweepCursor | undefined;
  for (const row of rows) {
    const [n, scope, key] = [integer(row, 'n'), integer(row, 'scope'), hex(row, 'key')];
    last = { kind: 'record', n };
    const sinceMs = Math.max(integer(row, 'first_seen_at_ms'), digestTimeMs(key) ?? 0);
    if (sinceMs >= beforeMs) continue;
    const changes = tasks.run(`records of tenant ${text(row, 'tenant')}`, 0, () => {
      // The record is deleted first: a key in the index without its record has no effect.
      const { changes: deleted } = connection.run(deleteRecordSql, n);
      connection.run(deleteKeySql, scope, bytes(key), n);
      return deleted;
    });
    forgotten += Number(changes);
  }
  return { forgotten, cursor: rows.length < rowsMax ? undefined : last };
}

/** Runs the tasks of a step, each one statement: an error in one of them does not stop the others. */
class Tasks {
  readonly failures: SweepFailure[] = [];
  readonly #connection: SqliteConnection;

  constructor(connection: SqliteConnection) {
    this.#connection = connection;
  }

  /** @throws {Error} what the statement throws, when its transaction cannot go on */
  run<T>(task: string, fallback: T, statement: () => T): T {
    try {
      return statement();
    } catch (error) {
      if (!this.#connection.isInTransaction || needsReopening(error)) throw error;
      const { message } = storageFault(error, 'sweep');
      if (this.failures.length < failuresMax) this.failures.push({ task, message });
      return fallback;
    }
  }
}
