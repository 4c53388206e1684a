import { StorageFault } from '../../../ledger/storage-port.ts';
import type { Placement } from '../connection.ts';
import type { ReadingPool } from '../pool.ts';
import { loadLastId } from '../read/ids.ts';
import { isDisjoint, RunningWriters } from './running-writers.ts';

/** How long a list waits for batches. */
export interface HorizonWaits {
  /** before it falls back to an older horizon */
  readonly freshWithinMs: number;
  /** if there is no older one: longer than a batch may take */
  readonly firstWithinMs: number;
}

const standardWaits: HorizonWaits = { freshWithinMs: 250, firstWithinMs: 10_000 };
const tenantsMax = 10_000;

/** The last id of a tenant at a moment, and the batches that were running then. */
interface Sample {
  readonly lastId: string;
  readonly writers: ReadonlySet<string>;
}

/**
 * How far lists that are followed may be read. Instances do not commit in the order of their ids: while a batch is
 * running, rows may come in below others that can be read already.
 *
 * A batch takes its ids above every id of its tenants that it can see, and it is visible as running from before it looks.
 * So after a tenant's last id is read, only batches that were running then can still commit an id below it. Once those
 * have ended, the list is complete through that id, for ever. No clock is involved.
 */
export class TailHorizon {
  readonly #pool: ReadingPool;
  readonly #writers: RunningWriters;
  readonly #waits: HorizonWaits;
  readonly #placement: Placement;
  /** through which id the list of a tenant is complete */
  readonly #known = new Map<string, string>();
  /** the oldest sample of a tenant whose batches had not ended; a later look finds that they have */
  readonly #pending = new Map<string, Sample>();

  constructor(pool: ReadingPool, waits: HorizonWaits = standardWaits, placement: Placement = 'one_node') {
    this.#pool = pool;
    this.#placement = placement;
    this.#writers = new RunningWriters(pool);
    this.#waits = waits;
  }

  /**
   * The id through which the lists of a tenant are complete; `undefined` when there is nothing in them.
   *
   * @throws {StorageFault} `unavailable` when one batch is running for too long and no older horizon is known
   */
  async throughId(tenant: string): Promise<string | undefined> {
    const known = this.#known.get(tenant);
    const lastId = await this.#pool.use((connection) => loadLastId(connection.ofTenant(tenant), [tenant]));
    // A fail-over that lost rows: the ids that were lost may be given again.
    if (known !== undefined && (lastId === undefined || lastId < known)) this.#forget(tenant);
    if (lastId === undefined || lastId === known) return lastId;
    const running = this.#placement === 'citus' ? new RunningWriters(this.#pool, tenant) : this.#writers;
    const writers = await running.now();
    const older = this.#pending.get(tenant);
    if (older !== undefined && isDisjoint(older.writers, writers)) this.#complete(tenant, older.lastId);
    const waitMs = this.#known.has(tenant) ? this.#waits.freshWithinMs : this.#waits.firstWithinMs;
    if (await running.haveEnded(writers, waitMs)) return this.#complete(tenant, lastId);
    if (!this.#pending.has(tenant)) keep(this.#pending, tenant, { lastId, writers });
    const fallback = this.#known.get(tenant);
    if (fallback !== undefined) return fallback;
    const message = 'a batch has been running for too long';
    throw new StorageFault('unavailable', { message, obstacle: 'running_batch' });
  }

  /** Never goes back: another call may have advanced it meanwhile. */
  #complete(tenant: string, lastId: string): string {
    const known = this.#known.get(tenant);
    const throughId = known !== undefined && known > lastId ? known : lastId;
    const pending = this.#pending.get(tenant);
    if (pending !== undefined && pending.lastId <= throughId) this.#pending.delete(tenant);
    this.#known.delete(tenant);
    keep(this.#known, tenant, throughId);
    return throughId;
  }

  #forget(tenant: string): void {
    this.#known.delete(tenant);
    this.#pending.delete(tenant);
  }
}

/** Keeps a value as the newest; if there are too many, the oldest is dropped. */
function keep<T>(map: Map<string, T>, tenant: string, value: T): void {
  map.set(tenant, value);
  const [oldest] = map.keys();
  if (map.size > tenantsMax && oldest !== undefined) map.delete(oldest);
}
