import type { LimitsFinding } from './audit-limits.ts';

/** What an audit of a tenant's books found. */
export interface AuditFinding {
  readonly accounts: number;
  readonly entries: number;
  readonly settlements: number;
  readonly recordedRequests: bigint;
  readonly recordedStroops: bigint;
  readonly reversedRequests: bigint;
  readonly reversedStroops: bigint;
  readonly writtenOffStroops: bigint;
  readonly settledRequests: bigint;
  readonly settledStroops: bigint;
  readonly differences: readonly {
    readonly agent: string;
    readonly serviceId: string;
    readonly message: string;
  }[];
  readonly acts: ActsFinding;
  readonly limits: LimitsFinding;
}

/** How many differences an audit found. */
export function countDifferences({ differences, acts, limits }: AuditFinding): number {
  return differences.length + acts.differences.length + limits.differences.length;
}

/** What an audit of a tenant's log of administrative acts found. */
export interface ActsFinding {
  /** how many acts were ever logged */
  readonly logged: number;
  readonly differences: readonly string[];
}

/** What is outstanding by an audit, in requests and in stroops; below 0 for a credit. */
export function outstandingBy(found: AuditFinding): { readonly requests: bigint; readonly stroops: bigint } {
  return {
    requests: found.recordedRequests - found.reversedRequests - found.settledRequests,
    stroops: found.recordedStroops - found.reversedStroops - found.settledStroops + found.writtenOffStroops,
  };
}
