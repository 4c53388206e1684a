/** How many reads may run and wait at the same time. */
export interface PlaceLimits {
  readonly runningMax: number;
  readonly runningOfTenantMax: number;
  readonly waitingMax: number;
  readonly waitingOfTenantMax: number;
}

/** What runs and waits now, and what was turned away since the start. */
export interface PlacesState {
  readonly running: number;
  readonly waiting: number;
  /** refused because too many were waiting */
  readonly refused: number;
  /** given up because the client had left while they waited or ran */
  readonly aborted: number;
}

/** A read that was refused because too many are waiting already: of its tenant, or in total. */
export class ReadRefused extends Error {
  constructor() {
    super('too many reads are already waiting');
    this.name = 'ReadRefused';
  }
}

/** A read that was given up because its client had left. */
export class ReadAborted extends Error {
  constructor() {
    super('the client of the read has left');
    this.name = 'ReadAborted';
  }
}

interface Waiting {
  readonly begin: () => void;
}

/**
 * Places for reads. A read that finds none waits. Waiting tenants are served in turn, one read of each. A read whose
 * client leaves while it waits is never run.
 */
export class ReadPlaces {
  readonly #limits: PlaceLimits;
  /** waiting reads, by tenant; the tenant whose turn is next comes first */
  readonly #waiting = new Map<string, Set<Waiting>>();
  readonly #runningOf = new Map<string, number>();
  #running = 0;
  #waitingCount = 0;
  #refused = 0;
  #aborted = 0;

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  get state(): PlacesState {
    return {
      running: this.#running,
      waiting: this.#waitingCount,
      refused: this.#refused,
      aborted: this.#aborted,
    };
  }

  /** Reads that run or wait, by tenant. */
  byTenant(): ReadonlyMap<string, number> {
    const reads = new Map(this.#runningOf);
    for (const [tenant, lane] of this.#waiting) reads.set(tenant, (reads.get(tenant) ?? 0) + lane.size);
    return reads;
  }

  /**
   * Runs a read once it has a place, and gives the place back after the read has ended in any way.
   *
   * @param isReserved waits no matter how many are waiting already: the caller limits the number of these
   * @throws {ReadRefused} if too many are waiting; {ReadAborted} if its client left before it had a place
   */
  async run<T>(tenant: string, signal: AbortSignal, read: () => Promise<T>, isReserved = false): Promise<T> {
    await this.take(tenant, signal, isReserved);
    try {
      return await read();
    } catch (error) {
      if (error instanceof ReadAborted) this.#aborted += 1;
      throw error;
    } finally {
      this.giveBack(tenant);
    }
  }

  /** Takes a place, immediately or after waiting. Each place must be given back once. */
  async take(tenant: string, signal: AbortSignal, isReserved = false): Promise<void> {
    if (signal.aborted) throw this.#abort();
    if (this.#hasPlaceFor(tenant)) this.#begin(tenant);
    else await this.#wait(tenant, signal, isReserved);
  }

  giveBack(tenant: string): void {
    this.#running -= 1;
    const left = (this.#runningOf.get(tenant) ?? 0) - 1;
    if (left > 0) this.#runningOf.set(tenant, left);
    else this.#runningOf.delete(tenant);
    this.#beginNext();
  }

  #hasPlaceFor(tenant: string): boolean {
    const { runningMax, runningOfTenantMax } = this.#limits;
    return this.#running < runningMax && (this.#runningOf.get(tenant) ?? 0) < runningOfTenantMax;
  }

  #begin(tenant: string): void {
    this.#running += 1;
    this.#runningOf.set(tenant, (this.#runningOf.get(tenant) ?? 0) + 1);
  }

  #wait(tenant: string, signal: AbortSignal, isReserved: boolean): Promise<void> {
    const lane = this.#waiting.get(tenant) ?? new Set<Waiting>();
    if (!isReserved && this.#isFullFor(lane)) {
      this.#refused += 1;
      throw new ReadRefused();
    }
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#remove(tenant, waiting);
        reject(this.#abort());
      };
      const waiting: Waiting = {
        begin: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      lane.add(waiting);
      this.#waiting.set(tenant, lane);
      this.#waitingCount += 1;
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** One read of each tenant may wait no matter how many others do: no tenant can take that away from another. */
  #isFullFor(lane: ReadonlySet<Waiting>): boolean {
    const { waitingMax, waitingOfTenantMax } = this.#limits;
    if (lane.size >= waitingOfTenantMax) return true;
    return this.#waitingCount >= waitingMax && lane.size > 0;
  }

  #beginNext(): void {
    const tenant = this.#nextTenant();
    const lane = tenant === undefined ? undefined : this.#waiting.get(tenant);
    if (tenant === undefined || lane === undefined) return;
    const [next] = lane;
    if (next === undefined) throw new Error('a lane in which nothing waits is never kept');
    // Tenants that have waited longer come first.
    this.#waiting.delete(tenant);
    this.#waiting.set(tenant, lane);
    this.#remove(tenant, next);
    this.#begin(tenant);
    next.begin();
  }

  /** Whose turn it is: tenants without a running read come before those with one. */
  #nextTenant(): string | undefined {
    if (this.#running >= this.#limits.runningMax) return undefined;
    let second: string | undefined;
    for (const tenant of this.#waiting.keys()) {
      if (!this.#runningOf.has(tenant)) return tenant;
      if (second === undefined && this.#hasPlaceFor(tenant)) second = tenant;
    }
    return second;
  }

  #remove(tenant: string, waiting: Waiting): void {
    const lane = this.#waiting.get(tenant);
    if (lane?.delete(waiting) !== true) return;
    this.#waitingCount -= 1;
    if (lane.size === 0) this.#waiting.delete(tenant);
  }

  #abort(): ReadAborted {
    this.#aborted += 1;
    return new ReadAborted();
  }
}
