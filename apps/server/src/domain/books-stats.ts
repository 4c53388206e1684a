import type { AssetSums } from './asset-sums.ts';

/** The totals of a tenant's books, from its accounts. */
export interface BooksStats {
  readonly services: number;
  readonly agents: number;
  readonly accounts: number;
  readonly settlements: number;
  readonly recordedRequests: bigint;
  readonly reversedRequests: bigint;
  readonly settledRequests: bigint;
  readonly outstandingRequests: bigint;
  /** in XLM */
  readonly outstandingStroops: bigint;
  readonly settledStroops: bigint;
  readonly otherAssets: readonly AssetSums[];
}
