import type { Socket } from 'node:net';
import { LocalTally, type Tally } from './tally.ts';

/**
 * Counts the connections of each tenant: a connection belongs to a tenant from its first request that names one until
 * it closes. So a tenant with many addresses cannot take all places.
 */
export class TenantConnections {
  readonly #max: number;
  readonly #tenants = new WeakMap<Socket, string>();
  readonly #open = new Map<string, number>();
  readonly #tally: Tally;

  constructor(max: number, tally: Tally = new LocalTally()) {
    this.#max = max;
    this.#tally = tally;
  }

  /** Counts a connection, once: `false` if its tenant has its maximum. */
  take(tenant: string, socket: Socket): boolean {
    if (this.#tenants.has(socket) || socket.destroyed) return true;
    if (!this.#tally.take(`tenant ${tenant}`, this.#max)) return false;
    this.#tenants.set(socket, tenant);
    this.#open.set(tenant, (this.#open.get(tenant) ?? 0) + 1);
    socket.once('close', () => this.#giveBack(tenant));
    return true;
  }

  /** The open connections of each tenant to this thread. */
  get open(): ReadonlyMap<string, number> {
    return this.#open;
  }

  #giveBack(tenant: string): void {
    this.#tally.giveBack(`tenant ${tenant}`);
    const left = (this.#open.get(tenant) ?? 1) - 1;
    if (left === 0) this.#open.delete(tenant);
    else this.#open.set(tenant, left);
  }
}
