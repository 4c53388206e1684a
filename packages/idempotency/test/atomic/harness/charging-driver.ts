import type { IdempotencyStore, KeptResponse, Operation } from '../../../src/index.ts';
import type { Progress } from './steps.ts';

/** A charge on an account. */
export interface Charge {
  readonly id: string;
  readonly account: string;
  readonly amount: number;
}

/** A way to run a transaction. */
export interface ChargingDriver {
  readonly store: IdempotencyStore;
  /** Debits the account, inserts the charge and completes the operation, in one transaction. */
  readonly charge: (charge: Charge, operation: Operation, progress: Progress) => void | Promise<void>;
}

/** Opens a driver on the database at a URL, or in a file. */
export type OpenDriver = (database: string) => Promise<ChargingDriver>;

/** The answer to a charge; of each execution another one, because `id` is. */
export function created({ id, account }: Charge): KeptResponse {
  return {
    status: 201,
    headers: [
      ['content-type', 'application/json'],
      ['location', `/charges/${id}`],
    ],
    body: JSON.stringify({ id, account }),
  };
}
