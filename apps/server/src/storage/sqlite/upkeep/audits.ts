import type { AuditedBooks, Audits, DueAudits, DueTenant, TenantAudit } from '../../../reads/audits.ts';

/** The audits of the one server on a file: they start again with it, and are not shared. */
export class SoleAudits implements Audits {
  readonly #found = new Map<string, TenantAudit>();

  take(tenants: readonly string[], { dueBeforeMs }: DueAudits): Promise<DueTenant | undefined> {
    const tenant = tenants.find((one) => (this.#found.get(one)?.endedAtMs ?? -1) <= dueBeforeMs);
    return Promise.resolve(tenant === undefined ? undefined : { tenant, isTaken: true });
  }

  keep(): Promise<void> {
    return Promise.resolve();
  }

  end(tenant: string, found: TenantAudit): Promise<void> {
    this.#found.set(tenant, found);
    return Promise.resolve();
  }

  giveUp(): Promise<void> {
    return Promise.resolve();
  }

  sums(): Promise<AuditedBooks | undefined> {
    const found = [...this.#found.values()];
    if (found.length === 0) return Promise.resolve(undefined);
    return Promise.resolve({
      tenants: found.length,
      accounts: found.reduce((sum, { accounts }) => sum + accounts, 0),
      outstandingRequests: found.reduce((sum, { outstandingRequests }) => sum + outstandingRequests, 0n),
      outstandingStroops: found.reduce((sum, { outstandingStroops }) => sum + outstandingStroops, 0n),
      settledStroops: found.reduce((sum, { settledStroops }) => sum + settledStroops, 0n),
      writtenOffStroops: found.reduce((sum, { writtenOffStroops }) => sum + writtenOffStroops, 0n),
      balances: found.reduce((sum, { balances }) => sum + balances, 0),
      availableStroops: found.reduce((sum, { availableStroops }) => sum + availableStroops, 0n),
      openHolds: found.reduce((sum, { openHolds }) => sum + openHolds, 0),
      differences: found.reduce((sum, { differences }) => sum + differences, 0),
      endedAtMs: found.reduce((first, { endedAtMs }) => Math.min(first, endedAtMs), Number.POSITIVE_INFINITY),
    });
  }
}
