import type { Batch, ExecutorOptions } from '../../../ledger/batch-executor.ts';
import type { Outcome } from '../../../ledger/submission.ts';
import type { PostgresOptions } from '../write/storage.ts';

/** What the thread of a lane is started with. */
export interface LaneData {
  readonly postgres: PostgresOptions;
  readonly executor: ExecutorOptions;
}

/** Its requests; `call` is returned with the reply. */
export type LaneCall =
  | {
      readonly kind: 'execute';
      readonly call: number;
      readonly batch: Batch;
      /** how far the clock that batches are decided by is ahead of that of this process */
      readonly aheadMs: number;
    }
  | { readonly kind: 'close' };

export interface LaneReply {
  readonly call: number;
  readonly outcomes: readonly Outcome[];
}
