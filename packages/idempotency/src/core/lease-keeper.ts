import type { Clock } from './clock.ts';

/** A lease that must be renewed. */
export interface KeptLease {
  /** its neighbours in the list of the keeper, which sets them; most leases end before they are looked at once */
  previous: KeptLease | undefined;
  next: KeptLease | undefined;
  /** Begins to renew the lease, or gives it up. */
  keep(): void;
}

/** Renews the leases of a process with one timer, which runs only while there are leases. */
export class LeaseKeeper {
  readonly #clock: Clock;
  readonly #periodMs: number;
  #last: KeptLease | undefined;
  #isTicking = false;

  /** @param leaseMs the length of a lease; it is renewed every third of that */
  constructor(clock: Clock, leaseMs: number) {
    this.#clock = clock;
    this.#periodMs = Math.floor(leaseMs / 3);
  }

  add(lease: KeptLease): void {
    const before = this.#last;
    lease.previous = before;
    if (before !== undefined) before.next = lease;
    this.#last = lease;
    if (this.#isTicking) return;
    this.#isTicking = true;
    this.#clock.setTimer(this.#tick, this.#periodMs);
  }

  /** A lease that was removed before is not in the list, and nothing happens. */
  remove(lease: KeptLease): void {
    const { previous, next } = lease;
    if (previous !== undefined) previous.next = next;
    if (next !== undefined) next.previous = previous;
    else if (this.#last === lease) this.#last = previous;
    lease.previous = undefined;
    lease.next = undefined;
  }

  readonly #tick = (): void => {
    this.#isTicking = this.#last !== undefined;
    if (!this.#isTicking) return;
    // To keep a lease may end others.
    const leases: KeptLease[] = [];
    for (let lease = this.#last; lease !== undefined; lease = lease.previous) leases.push(lease);
    for (const lease of leases.reverse()) lease.keep();
    this.#clock.setTimer(this.#tick, this.#periodMs);
  };
}
