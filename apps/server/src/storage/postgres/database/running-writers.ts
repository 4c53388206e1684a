import { setTimeout as pause } from 'node:timers/promises';
import { text } from '../columns.ts';
import type { ReadingPool } from '../pool.ts';

// A batch locks accounts, or its tenants, before it loads anything; PostgreSQL holds the lock of the table until the
// transaction has ended and all later snapshots see what it did. A virtual transaction id is never given twice.
const runningSql = `SELECT DISTINCT virtualtransaction AS writer FROM pg_locks
  WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND relation IN ('accounts'::regclass, 'tenants'::regclass)`;
// Where tenants are on several nodes, the node that has the tenant is asked about the shards that it has: a transaction holds the
// locks of a shard until what it did there can be seen, also one that was prepared and not yet committed.
const runningOnNodeSql = `SELECT DISTINCT l.virtualtransaction AS writer
  FROM (SELECT count(*) FROM tenants WHERE tenant = $1) AS node CROSS JOIN pg_lock_status() AS l
  WHERE l.locktype = 'relation' AND l.mode = 'RowExclusiveLock' AND l.granted
    AND l.relation::regclass::text ~ '(accounts|tenants)_[0-9]+"?$'`;
/** Between two looks: short at first, since most batches end within milliseconds. */
const lookAgainMs = { first: 5, most: 50 };

/**
 * The running batches of all instances. Other transactions do not count: a backup, an index that is built,
 * another database of the same server.
 */
export class RunningWriters {
  readonly #pool: ReadingPool;
  readonly #node: string | undefined;
  #current: Promise<ReadonlySet<string>> | undefined;
  #next: Promise<ReadonlySet<string>> | undefined;

  /** @param node a tenant on the node whose batches are meant, if there may be several */
  constructor(pool: ReadingPool, node?: string) {
    this.#pool = pool;
    this.#node = node;
  }

  /** The running batches, found by a look that begins after the call. Many callers share a look. */
  now(): Promise<ReadonlySet<string>> {
    if (this.#current === undefined) return this.#begin();
    this.#next ??= this.#current.then(ignore, ignore).then(() => {
      this.#next = undefined;
      return this.#begin();
    });
    return this.#next;
  }

  /** Whether these batches end within a time. */
  async haveEnded(writers: ReadonlySet<string>, withinMs: number): Promise<boolean> {
    const untilMs = performance.now() + withinMs;
    let lookMs = lookAgainMs.first;
    for (let running = writers; !isDisjoint(writers, running); running = await this.now()) {
      if (performance.now() >= untilMs) return false;
      await pause(lookMs);
      lookMs = Math.min(2 * lookMs, lookAgainMs.most);
    }
    return true;
  }

  #begin(): Promise<ReadonlySet<string>> {
    const look = this.#look().finally(() => {
      if (this.#current === look) this.#current = undefined;
    });
    this.#current = look;
    return look;
  }

  async #look(): Promise<ReadonlySet<string>> {
    const node = this.#node;
    const rows = await this.#pool.use((connection) =>
      node === undefined ? connection.rows(runningSql, []) : connection.rows(runningOnNodeSql, [node]),
    );
    return new Set(rows.map((row) => text(row, 'writer')));
  }
}

/** Whether two sets have nothing in common. */
export function isDisjoint(first: ReadonlySet<string>, second: ReadonlySet<string>): boolean {
  return [...first].every((element) => !second.has(element));
}

function ignore(): void {}
