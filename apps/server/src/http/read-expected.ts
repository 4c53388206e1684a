import type { Amount } from '../domain/amount.ts';
import type { Stroops } from '../domain/money.ts';
import { ApiError } from './api-error.ts';
import { readAmount } from './read-amount.ts';

/** What a body says that a bill or a credit comes to, in one of two ways. */
interface Expected {
  readonly expectedStroops?: string | number;
  readonly expectedAmount?: string;
}

/** @throws {ApiError} `invalid_request` */
export function readExpected({ expectedStroops, expectedAmount }: Expected): {
  readonly expectedStroops: Stroops | undefined;
  readonly expectedAmount: Amount | undefined;
} {
  if (expectedStroops !== undefined && expectedAmount !== undefined) {
    throw new ApiError('invalid_request', 'send expectedStroops or expectedAmount, not both', {
      faults: [{ pointer: '/expectedAmount', message: 'must not be sent together with expectedStroops' }],
    });
  }
  return {
    expectedStroops: expectedStroops === undefined ? undefined : BigInt(expectedStroops),
    expectedAmount: expectedAmount === undefined ? undefined : readAmount(expectedAmount, '/expectedAmount'),
  };
}
