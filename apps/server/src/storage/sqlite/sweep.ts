import { type AnswerCap, answersTableEndMs, deleteEvicted, listAnswersTables } from './answers.ts';
import { bytes, hex, integer, integerOrAbsent, text } from './columns.ts';
import type { Connection } from './connection.ts';
import { forgetDeliveries } from './deliveries.ts';

/** What the sweep goes by. */
export interface SweepLimits {
  readonly answerTtlMs: number;
  readonly retentionMs: number;
  /** rows looked at in one step, so that the writer is not held up */
  readonly rowsMax: number;
  /** where the step before ended; `undefined` begins anew */
  readonly cursor: SweepCursor | undefined;
}

/** A place in the table of records. */
export interface SweepCursor {
  readonly tenant: string;
  readonly scope: string;
  readonly key: string;
}

/** What a step did, and whether another one has to follow; `cursor` is where that goes on. */
export type SweepReport =
  /** there were so many answers to evict that the step was full of them */
  | {
      readonly kind: 'evicting';
      readonly answersEvicted: number;
      readonly isDone: false;
      readonly cursor: SweepCursor | undefined;
    }
  /** the clock has not run plausibly for long enough: nothing is forgotten */
  | {
      readonly kind: 'clock_unsteady';
      readonly answersEvicted: number;
      readonly steadySinceMs: number;
      readonly isDone: true;
    }
  | {
      readonly kind: 'swept';
      readonly answersEvicted: number;
      readonly tablesDropped: number;
      readonly deliveriesForgotten: number;
      readonly recordsForgotten: number;
      readonly isDone: boolean;
      readonly cursor: SweepCursor | undefined;
    };

/** A gap between two sweeps beyond which the clock, or the server, was away. */
const gapMax = 3 * 86_400_000;
/** How far a clock is set back when it is only kept right. */
const waverMax = 60_000;
/** For how long a delivery that has ended can be looked at, and asked for once more. */
const deliveriesKeptMs = 30 * 86_400_000;
/** For how long the clock must have run without such a gap before anything is forgotten. */
const steadyForMs = 3 * 86_400_000;

/**
 * One short step of forgetting: deletes answers beyond the cap of their scope, drops the tables of answers that are
 * past their time, then walks some way along the records and deletes those past the retention. A clock that jumps
 * must not forget everything, so a jump makes the sweep wait until the clock has run steadily for three days.
 */
export function sweepStep(
  connection: Connection,
  nowMs: number,
  limits: SweepLimits,
  cap: AnswerCap,
): SweepReport {
  const answersEvicted = deleteEvicted(connection, cap, limits.rowsMax);
  if (answersEvicted >= limits.rowsMax) {
    return { kind: 'evicting', answersEvicted, isDone: false, cursor: limits.cursor };
  }
  const steadySinceMs = steadySince(connection, nowMs);
  if (nowMs - steadySinceMs < steadyForMs) {
    return { kind: 'clock_unsteady', answersEvicted, steadySinceMs, isDone: true };
  }
  const tablesDropped = dropAnswers(connection, nowMs - limits.answerTtlMs);
  const deliveriesForgotten = forgetDeliveries(connection, nowMs - deliveriesKeptMs, limits.rowsMax);
  const { forgotten, cursor } = forgetRecords(connection, nowMs - limits.retentionMs, limits);
  const isDone = cursor === undefined && deliveriesForgotten < limits.rowsMax;
  return {
    kind: 'swept',
    answersEvicted,
    tablesDropped,
    deliveriesForgotten,
    recordsForgotten: forgotten,
    isDone,
    cursor,
  };
}

function steadySince(connection: Connection, nowMs: number): number {
  const row = connection.get('SELECT steady_since_ms, swept_at_ms FROM ledger_clock WHERE only = 1');
  const sweptAtMs = row && integerOrAbsent(row, 'swept_at_ms');
  const known = row && integerOrAbsent(row, 'steady_since_ms');
  const isSteady = sweptAtMs !== undefined && nowMs >= sweptAtMs - waverMax && nowMs - sweptAtMs <= gapMax;
  const since = isSteady && known !== undefined ? known : nowMs;
  connection.run('UPDATE ledger_clock SET steady_since_ms = ?, swept_at_ms = ? WHERE only = 1', since, nowMs);
  return since;
}

/** The answers of a day leave as a whole, once the last of them has expired. */
function dropAnswers(connection: Connection, expiredMs: number): number {
  const past = listAnswersTables(connection).filter((table) => answersTableEndMs(table) <= expiredMs);
  for (const table of past) connection.exec(`DROP TABLE ${table}`);
  return past.length;
}

function forgetRecords(
  connection: Connection,
  forgottenBeforeMs: number,
  { rowsMax, cursor }: SweepLimits,
): { readonly forgotten: number; readonly cursor: SweepCursor | undefined } {
  const rows = connection.all(
    `SELECT tenant, scope, key, first_seen_at_ms FROM records WHERE (tenant, scope, key) > (?, ?, ?)
     ORDER BY tenant, scope, key LIMIT ?`,
    cursor?.tenant ?? '',
    bytes(cursor?.scope ?? ''),
    bytes(cursor?.key ?? ''),
    rowsMax,
  );
  let forgotten = 0;
  let last: SweepCursor | undefined;
  for (const row of rows) {
    last = { tenant: text(row, 'tenant'), scope: hex(row, 'scope'), key: hex(row, 'key') };
    if (integer(row, 'first_seen_at_ms') >= forgottenBeforeMs) continue;
    connection.run(
      'DELETE FROM records WHERE tenant = ? AND scope = ? AND key = ?',
      last.tenant,
      bytes(last.scope),
      bytes(last.key),
    );
    forgotten += 1;
  }
  return { forgotten, cursor: rows.length < rowsMax ? undefined : last };
}
