/** What some accounts of a service come to. Whole numbers without a bound: the sum of 64-bit numbers may have more bits. */
export interface AccountSums {
  readonly serviceId: string;
  /** whether it is priced and billed: a service that was deleted still is, and a disabled one */
  readonly isPriced: boolean;
  readonly isDisabled: boolean;
  readonly accounts: bigint;
  /** accounts on which requests are outstanding */
  readonly owing: bigint;
  readonly settlements: bigint;
  readonly recordedRequests: bigint;
  readonly reversedRequests: bigint;
  readonly settledRequests: bigint;
  readonly outstandingRequests: bigint;
  readonly settledStroops: bigint;
  /** what settlements now would bill in all; 0 where there is no price */
  readonly billedStroops: bigint;
  /** what they could not bill, and would carry on, as a number above 0 */
  readonly creditStroops: bigint;
}

/** The sums of some accounts, by service, all as they were at one moment. */
export interface SummedAccounts {
  readonly sums: readonly AccountSums[];
  /** where the next accounts begin; `undefined` after the last */
  readonly next: string | undefined;
}
