import { integer } from './columns.ts';
import type { ReadPool } from './pool.ts';

const measureEveryMs = 30_000;

/**
 * The clock of the database, as this instance knows it: its own, corrected by a difference that is measured now and
 * then. So all instances agree on the time to within a round trip, whatever their own clocks say.
 */
export class DatabaseClock {
  readonly #pool: ReadPool;
  #aheadMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(pool: ReadPool) {
    this.#pool = pool;
  }

  readonly nowMs = (): number => Math.floor(Date.now() + this.#aheadMs);

  /** Measures once, then now and then until it is stopped; what was measured last stays in force meanwhile. */
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

  async #measure(): Promise<void> {
    const sentMs = Date.now();
    const databaseMs = await this.#pool.use(async (connection) => {
      const [row] = await connection.rows(
        'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now_ms',
        [],
      );
      return row === undefined ? sentMs : integer(row, 'now_ms');
    });
    // It answered somewhere between.
    this.#aheadMs = databaseMs - (sentMs + Date.now()) / 2;
  }
}
