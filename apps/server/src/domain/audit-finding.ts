import type { Amount, Atoms } from './amount.ts';
import type { InAsset } from './asset.ts';
import type { LimitsFinding } from './audit-limits.ts';
import { stroopsIn } from './money.ts';

/** What an audit of a tenant's books found. */
export interface AuditFinding {
  readonly accounts: number;
  readonly entries: number;
  readonly settlements: number;
  readonly recordedRequests: bigint;
  /** what it cost; this and the other amounts are those in XLM */
  readonly recorded: Amount;
  readonly reversedRequests: bigint;
  readonly reversed: Amount;
  readonly writtenOffStroops: bigint;
  readonly settledRequests: bigint;
  readonly settledStroops: bigint;
  /** what was drawn from balances, less what was returned */
  readonly paid: Amount;
  readonly differences: readonly {
    readonly agent: string;
    readonly serviceId: string;
    readonly message: string;
  }[];
  /** the amounts in other assets, by their codes */
  readonly otherAssets: readonly AssetFinding[];
  readonly acts: ActsFinding;
  readonly limits: LimitsFinding;
  readonly balances: BalancesFinding;
}

/** What an audit found of the amounts in one asset. */
export interface AssetFinding extends InAsset {
  readonly recorded: Amount;
  readonly reversed: Amount;
  readonly paid: Amount;
  readonly settled: Atoms;
  readonly writtenOff: Atoms;
}

/** What an audit of a tenant's prepaid balances found. */
export interface BalancesFinding {
  readonly count: number;
  readonly movements: number;
  /** what was available in all of them in XLM, in stroops: rounded, and less by overdrafts */
  readonly availableStroops: bigint;
  readonly openHolds: number;
  readonly differences: readonly {
    readonly agent: string;
    readonly asset: string;
    readonly message: string;
  }[];
}

/** How many differences an audit found. */
export function countDifferences({ differences, acts, limits, balances }: AuditFinding): number {
  const others = [acts, limits, balances].reduce((sum, found) => sum + found.differences.length, 0);
  return differences.length + others;
}

/** What an audit of a tenant's log of administrative acts found. */
export interface ActsFinding {
  /** how many acts were ever logged */
  readonly logged: number;
  readonly differences: readonly string[];
}

/** What is outstanding by an audit, in requests and in stroops, rounded down; below 0 for a credit. */
export function outstandingBy(found: AuditFinding): { readonly requests: bigint; readonly stroops: bigint } {
  return {
    requests: found.recordedRequests - found.reversedRequests - found.settledRequests,
    stroops:
      stroopsIn(found.recorded - found.reversed - found.paid) -
      found.settledStroops +
      found.writtenOffStroops,
  };
}
