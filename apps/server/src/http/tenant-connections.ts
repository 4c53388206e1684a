import type { Socket } from 'node:net';

/**
 * Counts the connections of each tenant: a connection belongs to a tenant from its first request that names one until
 * it closes. So a tenant with many addresses cannot take all places.
 */
export class TenantConnections {
  readonly #max: number;
  readonly #tenants = new WeakMap<Socket, string>();
  readonly #open = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** Counts a connection, once: `false` if its tenant has its maximum. */
  take(tenant: string, socket: Socket): boolean {
    if (this.#tenants.has(socket) || socket.destroyed) return true;
    const open = this.#open.get(tenant) ?? 0;
    if (open >= this.#max) return false;
    this.#tenants.set(socket, tenant);
    this.#open.set(tenant, open + 1);
    socket.once('close', () => this.#giveBack(tenant));
    return true;
  }

  /** The open connections of each tenant. */
  get open(): ReadonlyMap<string, number> {
    return this.#open;
  }

  #giveBack(tenant: string): void {
    const left = (this.#open.get(tenant) ?? 1) - 1;
    if (left === 0) this.#open.delete(tenant);
    else this.#open.set(tenant, left);
  }
}
