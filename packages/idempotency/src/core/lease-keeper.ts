import type { Clock } from './clock.ts';

/** A lease that must be renewed. */
export interface KeptLease {
  /** Begins to renew the lease, or gives it up. */
  keep(): void;
}

/** Renews the leases of a process with one timer, which runs only while there are leases. */
export class LeaseKeeper {
  readonly #leases = new Set<KeptLease>();
  readonly #clock: Clock;
  readonly #periodMs: number;
  #isTicking = false;

  /** @param leaseMs the length of a lease; it is renewed every third of that */
  constructor(clock: Clock, leaseMs: number) {
    this.#clock = clock;
    this.#periodMs = Math.floor(leaseMs / 3);
  }

  add(lease: KeptLease): void {
    this.#leases.add(lease);
    if (this.#isTicking) return;
    this.#isTicking = true;
    this.#clock.setTimer(this.#tick, this.#periodMs);
  }

  remove(lease: KeptLease): void {
    this.#leases.delete(lease);
  }

  readonly #tick = (): void => {
    this.#isTicking = this.#leases.size > 0;
    if (!this.#isTicking) return;
    for (const lease of this.#leases) lease.keep();
    this.#clock.setTimer(this.#tick, this.#periodMs);
  };
}
