import type { InAsset } from '../domain/asset.ts';

/** The sums of some accounts of a service. Unbounded whole numbers: the sum of 64-bit numbers may have more bits. */
export interface AccountSums extends InAsset {
  readonly serviceId: string;
  /** whether it is priced and billed: a deleted service still is, and so is a disabled one */
  readonly isPriced: boolean;
  readonly isDisabled: boolean;
  readonly accounts: bigint;
  /** accounts with outstanding requests */
  readonly owing: bigint;
  readonly settlements: bigint;
  readonly recordedRequests: bigint;
  readonly reversedRequests: bigint;
  readonly settledRequests: bigint;
  readonly outstandingRequests: bigint;
  /** this and the other amounts are atoms of the asset */
  readonly settledStroops: bigint;
  /** the total that settlements now would bill; 0 if there is no price */
  readonly billedStroops: bigint;
  /** what they could not bill, and would carry over, as a number above 0 */
  readonly creditStroops: bigint;
}

/** The sums of some accounts, by service, as of one moment. */
export interface SummedAccounts {
  readonly sums: readonly AccountSums[];
  /** where the next accounts begin; `undefined` after the last */
  readonly next: string | undefined;
}
