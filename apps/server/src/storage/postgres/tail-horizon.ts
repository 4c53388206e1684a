import { setTimeout as pause } from 'node:timers/promises';
import { StorageFault } from '../../ledger/storage-port.ts';
import { idAtMs } from '../../reads/id-bounds.ts';
import { big, integer } from './columns.ts';
import type { Connection } from './connection.ts';

/** A moment, and the transaction ids that had been given out by then: all below `nextXid`. */
interface Sample {
  readonly atMs: number;
  readonly nextXid: bigint;
}

/** The first number that a transaction may have. */
const firstXid = 3;
// A snapshot ends behind the last transaction that has ended, not behind the last that has begun. The number that is
// given next shows in the age of another one: the lower 32 bits of it are that number and the age.
const snapshotSql = `SELECT pg_snapshot_xmin(s)::text AS oldest, pg_snapshot_xmax(s)::text AS ended,
    age('${firstXid}'::xid) AS age
  FROM pg_current_snapshot() AS s`;
const samplesMax = 128;
const lookAgainMs = 25;
const looksMax = 80;

/**
 * How far lists may be read that are tailed. Instances do not commit in the order of their ids: behind a transaction that
 * is still running, rows may come in before others that can be read already. A batch takes its ids after its transaction
 * has begun to write, so every id up to a moment belongs to a transaction that had its number by then. The list ends at
 * the last moment all of whose transactions have ended, less a margin for clocks that differ.
 */
export class TailHorizon {
  readonly #nowMs: () => number;
  readonly #marginMs: number;
  readonly #samples: Sample[] = [];

  constructor(nowMs: () => number, marginMs: number) {
    this.#nowMs = nowMs;
    this.#marginMs = marginMs;
  }

  /**
   * An id before which nothing more will come in.
   *
   * @throws {StorageFault} `unavailable` when a transaction has been running for so long that it cannot be said
   */
  async beforeId(connection: Connection): Promise<string> {
    for (let looks = 1; looks <= looksMax; looks++) {
      const endedMs = await this.#look(connection);
      // What was made in the last moment itself may be read, too.
      if (endedMs !== undefined) return idAtMs(endedMs - this.#marginMs + 1);
      await pause(lookAgainMs);
    }
    throw new StorageFault('unavailable', 'a transaction is running for too long', undefined);
  }

  async #look(connection: Connection): Promise<number | undefined> {
    const atMs = this.#nowMs();
    const [row] = await connection.rows(snapshotSql, []);
    if (row === undefined) return undefined;
    const oldest = big(row, 'oldest');
    this.#samples.push({ atMs, nextXid: nextXid(big(row, 'ended'), integer(row, 'age')) });
    if (this.#samples.length > samplesMax) this.#samples.shift();
    return this.#samples.findLast(({ nextXid }) => nextXid <= oldest)?.atMs;
  }
}

/** The next number in full: the first one that is not below a known one and has its lower 32 bits. */
function nextXid(known: bigint, age: number): bigint {
  return known + BigInt.asUintN(32, BigInt(firstXid) + BigInt(age) - known);
}
