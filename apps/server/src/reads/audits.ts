/** The result of auditing the books of one tenant. */
export interface TenantAudit {
  readonly accounts: number;
  readonly outstandingRequests: bigint;
  readonly outstandingStroops: bigint;
  readonly settledStroops: bigint;
  readonly writtenOffStroops: bigint;
  readonly balances: number;
  readonly availableStroops: bigint;
  readonly openHolds: number;
  readonly differences: number;
  readonly endedAtMs: number;
}

/** The combined results of the last audit of every tenant. */
export interface AuditedBooks extends TenantAudit {
  readonly tenants: number;
  /** the earliest time of these audits */
  readonly endedAtMs: number;
}

/** Which tenants must be audited. */
export interface DueAudits {
  readonly nowMs: number;
  /** those that were not audited since this time */
  readonly dueBeforeMs: number;
  /** how long a tenant is held: if the audit has not ended by then, its instance counts as dead */
  readonly untilMs: number;
}

/** A tenant that is due, and whether the caller now holds it. */
export interface DueTenant {
  readonly tenant: string;
  /** `false`: another instance was faster */
  readonly isTaken: boolean;
}

/** Distributes the audits among instances, and keeps the result for each tenant. */
export interface Audits {
  /** Takes the first of some tenants that is due and not held. */
  take(tenants: readonly string[], due: DueAudits): Promise<DueTenant | undefined>;
  /** Holds a tenant for longer. */
  keep(tenant: string, untilMs: number): Promise<void>;
  /** Stores the result, and releases the tenant. */
  end(tenant: string, found: TenantAudit): Promise<void>;
  /** Releases a tenant without a result. */
  giveUp(tenant: string): Promise<void>;
  /** The results of all tenants; `undefined` before the first audit. */
  sums(): Promise<AuditedBooks | undefined>;
}
