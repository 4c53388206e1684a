import { randomUUID } from 'node:crypto';
import type { IdempotencyStore, KeptResponse, Operation } from '@billonce/idempotency';

/** A charge on an account. Amounts are whole cents: `bigint` in code, text in JSON. */
export interface Charge {
  readonly id: string;
  readonly account: string;
  readonly amount: bigint;
}

/** The part of an app that depends on the driver. */
export interface Charging {
  readonly store: IdempotencyStore;
  /**
   * Charges an account and completes the operation, in one transaction.
   *
   * @throws {InsufficientFundsError} after a rollback
   */
  readonly charge: (charge: Charge, operation: Operation) => void | Promise<void>;
}

/** The account has less than the amount, or does not exist. */
export class InsufficientFundsError extends Error {
  constructor() {
    super('the account does not have the amount');
    this.name = 'InsufficientFundsError';
  }
}

/** The largest amount that a `bigint` column holds. */
const amountMax = 2n ** 63n - 1n;

/** Reads `{ "account": "acme", "amount": "1000" }`; `undefined` if it is something else. */
export function parseCharge(body: unknown): Charge | undefined {
  if (typeof body !== 'object' || body === null || !('account' in body) || !('amount' in body))
    return undefined;
  const { account, amount } = body;
  if (typeof account !== 'string' || account.includes('\0')) return undefined;
  if (typeof amount !== 'string' || !/^[1-9]\d{0,18}$/.test(amount) || BigInt(amount) > amountMax)
    return undefined;
  return { id: randomUUID(), account, amount: BigInt(amount) };
}

/** The answer that is stored in the transaction, and sent when it has committed. */
export function created({ id, account, amount }: Charge, balance: bigint): KeptResponse {
  const body = { id, account, amount: `${amount}`, balance: `${balance}` };
  return {
    status: 201,
    headers: [
      ['content-type', 'application/json'],
      ['location', `/charges/${id}`],
    ],
    body: JSON.stringify(body),
  };
}
