import { idAtMs } from '../../../reads/id-bounds.ts';
import { text } from '../columns.ts';
import type { PostgresConnection } from '../connection.ts';
import type { ExclusiveConnection } from '../exclusive-connection.ts';
import { isConflict, isLockTimeout, isRaceOfCreators, sqlState } from '../fault.ts';

/** A table that is partitioned by time, so that old rows are dropped as a whole part. */
export interface PartedTable {
  readonly name: 'answers' | 'records' | 'deliveries';
  readonly daysPerPart: number;
  /** the bound of a day, as text of the type that the table's key has */
  boundOf(day: number): string;
}

/** A part: the days from `fromDay` on, before `toDay`. Days are counted from 1970-01-01 (UTC). */
interface Part {
  readonly name: string;
  readonly fromDay: number;
  readonly toDay: number;
}

export const dayMs = 86_400_000;
/** For how many days ahead there are parts: the sweep that makes them may be off for as long. */
const daysAhead = 8;
// An instance that is cut off meanwhile must not keep locks on whole tables.
const transactionLimitsSql = `SET LOCAL lock_timeout = 500; SET LOCAL idle_in_transaction_session_timeout = 3000`;

const listPartsSql = `SELECT c.relname AS name FROM pg_inherits AS i JOIN pg_class AS c ON c.oid = i.inhrelid
  WHERE i.inhparent = $1::regclass ORDER BY c.relname`;

// With the rights of the tables' owner, which the role of a server need not have; see migrations/0010-parts-by-function.ts.
const makePartSql = 'SELECT billonce_make_part($1, $2, $3, $4)';
const dropPartSql = 'SELECT billonce_drop_part($1)';

/** Days of a date in the name of a part. */
function dayOf(date: string): number {
  return Date.UTC(Number(date.slice(0, 4)), Number(date.slice(4, 6)) - 1, Number(date.slice(6))) / dayMs;
}

function dateOf(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10).replaceAll('-', '');
}

const hexOf = (day: number) => (day * dayMs).toString(16).padStart(12, '0');

/** The partitioned tables. The partition of a key's record follows from the time in the key alone. */
export function partedTables(retentionMs: number): readonly PartedTable[] {
  return [
    { name: 'answers', daysPerPart: 1, boundOf: (day) => String(day) },
    // Sixteen parts for the whole retention: each look-up of a key has to find the part that it is in.
    {
      name: 'records',
      daysPerPart: Math.max(1, Math.ceil(retentionMs / dayMs / 16)),
      boundOf: (day) => `\\x${hexOf(day)}`,
    },
    { name: 'deliveries', daysPerPart: 1, boundOf: (day) => idAtMs(day * dayMs) },
  ];
}

async function listParts(connection: PostgresConnection, { name: table }: PartedTable): Promise<Part[]> {
  const rows = await connection.rows(listPartsSql, [table]);
  return rows.flatMap((row) => {
    const name = text(row, 'name');
    const [, from, to] = /_(\d{8})_(\d{8})$/.exec(name) ?? [];
    return from === undefined || to === undefined ? [] : [{ name, fromDay: dayOf(from), toDay: dayOf(to) }];
  });
}

/**
 * Makes the missing parts of the coming days; rows without a part go to the rest. Safe when several instances
 * do it at once.
 */
export async function makeParts(
  connection: ExclusiveConnection,
  table: PartedTable,
  nowMs: number,
): Promise<number> {
  const today = Math.floor(nowMs / dayMs);
  const parts = await listParts(connection, table);
  let made = 0;
  for (let day = today - 1; day < today + daysAhead; ) {
    const covering = parts.find(({ fromDay, toDay }) => fromDay <= day && day < toDay);
    // A clock that was far ahead for a moment created parts for that time; the earlier parts are still created.
    const next = Math.min(...parts.map(({ fromDay }) => fromDay).filter((fromDay) => fromDay > day));
    const to = covering?.toDay ?? Math.min(day + table.daysPerPart, next);
    if (covering === undefined && (await makePart(connection, table, day, to))) made += 1;
    day = to;
  }
  return made;
}

async function makePart(
  connection: ExclusiveConnection,
  { name: table, boundOf }: PartedTable,
  from: number,
  to: number,
): Promise<boolean> {
  const part = `${table}_${dateOf(from)}_${dateOf(to)}`;
  try {
    await connection.transaction(async () => {
      await connection.exec(transactionLimitsSql);
      await connection.rows(makePartSql, [table, part, boundOf(from), boundOf(to)]);
    });
    return true;
  } catch (error) {
    // Another instance makes it, or is at work on the table: the next sweep looks again.
    if (isRaceOfCreators(error) || isConflict(error) || isLockTimeout(error)) return false;
    // The default partition already has rows of these days, because no part was created in time; they stay there.
    if (sqlState(error) === '23514') return false;
    throw error;
  }
}

/** Drops the parts whose last day is before a day, with everything in them. */
export async function dropParts(
  connection: ExclusiveConnection,
  table: PartedTable,
  beforeDay: number,
): Promise<number> {
  let dropped = 0;
  for (const part of await listParts(connection, table)) {
    if (part.toDay > beforeDay) continue;
    try {
      await connection.transaction(async () => {
        await connection.exec(transactionLimitsSql);
        await connection.rows(dropPartSql, [part.name]);
      });
      dropped += 1;
    } catch (error) {
      // Another instance drops it, or another connection uses the table.
      if (!isRaceOfCreators(error) && !isConflict(error) && !isLockTimeout(error)) throw error;
    }
  }
  return dropped;
}
