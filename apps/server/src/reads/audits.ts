/** What the books of one tenant came to when they were audited. */
export interface TenantAudit {
  readonly accounts: number;
  readonly outstandingRequests: bigint;
  readonly outstandingStroops: bigint;
  readonly settledStroops: bigint;
  readonly writtenOffStroops: bigint;
  readonly differences: number;
  readonly endedAtMs: number;
}

/** What the books of all tenants came to when each was audited last. */
export interface AuditedBooks extends TenantAudit {
  readonly tenants: number;
  /** since when every one of them was audited: the earliest of their times */
  readonly endedAtMs: number;
}

/** Which tenants are to be audited. */
export interface DueAudits {
  readonly nowMs: number;
  /** those that were not audited since */
  readonly dueBeforeMs: number;
  /** until when a tenant is the taker's: if it has not ended by then, it is taken for dead */
  readonly untilMs: number;
}

/** A tenant that is due, and whether it is the asker's now. */
export interface DueTenant {
  readonly tenant: string;
  /** `false`: another instance was faster */
  readonly isTaken: boolean;
}

/** Shares the audits out among instances, and keeps what each tenant's came to. */
export interface Audits {
  /** Takes the first of some tenants that is due and nobody's. */
  take(tenants: readonly string[], due: DueAudits): Promise<DueTenant | undefined>;
  /** Keeps a tenant for longer. */
  keep(tenant: string, untilMs: number): Promise<void>;
  /** Notes what came of it, and gives the tenant back. */
  end(tenant: string, found: TenantAudit): Promise<void>;
  /** Gives a tenant back without a result. */
  giveUp(tenant: string): Promise<void>;
  /** What is known of all tenants; `undefined` before the first was audited. */
  sums(): Promise<AuditedBooks | undefined>;
}
