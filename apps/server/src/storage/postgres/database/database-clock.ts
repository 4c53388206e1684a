import { integer } from '../columns.ts';
import type { ReadPool } from '../pool.ts';

const measureEveryMs = 30_000;
/** A measurement may be wrong by half of the time that it took: one that took longer than this is made again. */
const trustedForMs = 200;
const triesMax = 5;

/** How far the database is ahead, and how long it took to ask. */
interface Measured {
  readonly aheadMs: number;
  readonly tookMs: number;
}

/**
 * The clock of the database, as this instance knows it: the instance's clock, corrected by a difference that is
 * measured regularly. So all instances agree on the time to within a round trip, even if their own clocks are wrong.
 */
export class DatabaseClock {
  readonly #pool: ReadPool;
  #aheadMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: ReadPool) {
    this.#pool = pool;
  }

  readonly nowMs = (): number => Math.floor(Date.now() + this.#aheadMs);

  /** Measures once, then regularly until it is stopped; the last measurement counts meanwhile. */
  async start(): Promise<void> {
    await this.#measure();
    this.#timer = setInterval(() => {
      this.#measure().catch(() => undefined);
    }, measureEveryMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Tries until an answer is quick enough; otherwise it takes the quickest one. */
  async #measure(): Promise<void> {
    let best: Measured | undefined;
    for (
      let tried = 0;
      tried < triesMax && (best?.tookMs ?? Number.POSITIVE_INFINITY) > trustedForMs;
      tried++
    ) {
      const measured = await this.#ask();
      if (best === undefined || measured.tookMs < best.tookMs) best = measured;
    }
    this.#aheadMs = best?.aheadMs ?? 0;
  }

  async #ask(): Promise<Measured> {
    const sentMs = Date.now();
    const databaseMs = await this.#pool.use(async (connection) => {
      const [row] = await connection.rows(
        'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms',
        [],
      );
      return row === undefined ? sentMs : integer(row, 'now_ms');
    });
    const tookMs = Date.now() - sentMs;
    // The time of the answer is between the two.
    return { aheadMs: databaseMs - (sentMs + tookMs / 2), tookMs };
  }
}
