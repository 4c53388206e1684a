import type { Gauge } from 'prom-client';
import { placeAfterId } from '../domain/id-block.ts';
import type { DeliveryQueue, PendingDeliveries } from '../reads/books/deliveries.ts';
import type { Books } from '../reads/books.ts';
import type { MetricSet } from './metric-set.ts';

/** The size of a database. `undefined` is what this engine does not have, or the role may not see. */
export interface DatabaseSize {
  readonly databaseBytes: number;
  readonly walBytes: number | undefined;
  readonly diskFreeBytes: number | undefined;
}

/** The parts of a storage engine that a scrape shows. */
export interface WatchedDatabase {
  readonly books: Pick<Books, 'pause'>;
  readonly deliveryQueue: Pick<DeliveryQueue, 'countPending'>;
  /** @throws {Error} if it cannot be read */
  size(): Promise<DatabaseSize>;
  readonly nowMs: () => number;
  /** called with the error if it could not be read */
  readonly onUnread: (error: unknown) => void;
}

/** What a scrape shows of the database. */
interface DatabaseState extends DatabaseSize {
  readonly isPaused: boolean;
  readonly pending: PendingDeliveries;
}

/** How long values are reused, so that many scrapes do not read more often. */
const freshMs = 5_000;
/** Pending deliveries that are counted at most: a few milliseconds. */
const pendingMax = 10_000;
/** How long a scrape waits for the database. A later result is shown by the next scrape. */
const waitMs = 1_000;

/** Shows the database. A scrape never fails, and never waits for long, because the database does not answer. */
export function watchDatabase(set: MetricSet, database: WatchedDatabase): void {
  const seldom = seldomly(() => lookAt(database), database.onUnread);
  const show = (
    name:
      | 'database_up'
      | 'database_bytes'
      | 'wal_bytes'
      | 'disk_free_bytes'
      | 'paused'
      | 'webhook_pending'
      | 'webhook_oldest_pending_seconds',
    read: (state: DatabaseState | undefined) => number | undefined,
  ) => set.gauge(name, async (gauge) => setOrOmit(gauge, read(await seldom())));
  show('database_up', (state) => (state === undefined ? 0 : 1));
  show('database_bytes', (state) => state?.databaseBytes);
  show('wal_bytes', (state) => state?.walBytes);
  show('disk_free_bytes', (state) => state?.diskFreeBytes);
  show('paused', (state) => state && Number(state.isPaused));
  show('webhook_pending', (state) => state?.pending.count);
  show('webhook_oldest_pending_seconds', (state) => {
    if (state?.pending.oldestEventId === undefined) return state && 0;
    // The ids of events begin with their times.
    const { timeMs } = placeAfterId(state.pending.oldestEventId);
    return Math.max(0, (database.nowMs() - timeMs) / 1_000);
  });
}

async function lookAt({ size, books, deliveryQueue }: WatchedDatabase): Promise<DatabaseState> {
  const [sizes, { isPaused }, pending] = await Promise.all([
    size(),
    books.pause(),
    deliveryQueue.countPending(pendingMax),
  ]);
  return { ...sizes, isPaused, pending };
}

/** An omitted gauge has no sample: 0 would be wrong, and so would the previous value. */
function setOrOmit(gauge: Gauge<never>, value: number | undefined): void {
  if (value === undefined) gauge.remove();
  else gauge.set(value);
}

/** Looks at most once in a while; `undefined` if that failed or takes too long. */
function seldomly<T>(
  look: () => Promise<T>,
  onFailed: (error: unknown) => void,
): () => Promise<T | undefined> {
  let looking: Promise<T | undefined> | undefined;
  let freshUntilMs = 0;
  return async () => {
    if (looking === undefined || performance.now() >= freshUntilMs) {
      freshUntilMs = Number.POSITIVE_INFINITY;
      looking = look()
        .catch((error: unknown) => {
          onFailed(error);
          return undefined;
        })
        .finally(() => {
          freshUntilMs = performance.now() + freshMs;
        });
    }
    return await orUndefined(looking);
  };
}

async function orUndefined<T>(promise: Promise<T>): Promise<T | undefined> {
  const { promise: late, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), waitMs);
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
