import type { MessagePort } from 'node:worker_threads';
import type { FaultFacts } from '../../../fault-facts.ts';
import type { ExecutorOptions } from '../../../ledger/batch-executor.ts';
import type { Durability, StorageFault } from '../../../ledger/storage-port.ts';
import type { SweepLimits } from '../../sweep-step.ts';
import type { BudgetPart } from '../upkeep/rate-budgets.ts';
import type { SweepReport } from '../upkeep/sweep.ts';
import type { SqliteOptions } from '../write/storage.ts';
import type { FlatOutcome, FlatSubmission } from './flat-messages.ts';

/** What the writer's thread is started with. */
export interface WriterData {
  readonly sqlite: SqliteOptions;
  readonly executor: ExecutorOptions;
}

/** The requests to the writer; `call` is returned with the reply. */
export type WriterCall =
  | {
      readonly kind: 'execute';
      readonly call: number;
      readonly submissions: readonly FlatSubmission[];
      readonly nowMs: number;
    }
  | { readonly kind: 'sweep'; readonly call: number; readonly nowMs: number; readonly limits: SweepLimits }
  | { readonly kind: 'probe'; readonly call: number }
  | { readonly kind: 'take_budget'; readonly call: number; readonly part: BudgetPart }
  /** answers the calls on another line, too */
  | { readonly kind: 'connect'; readonly port: MessagePort }
  /** ends the line on which it comes, and the writer if that is the one it was started with */
  | { readonly kind: 'close' };

/** The outcomes of one call, of several that were committed together. */
export interface Executed {
  readonly call: number;
  readonly outcomes: readonly FlatOutcome[];
}

/** What the writer replies. */
export type WriterReply =
  | { readonly kind: 'opened' }
  | { readonly kind: 'open_failed'; readonly facts: FaultFacts }
  /** the file is not this server's any more: nothing is written from now on */
  | { readonly kind: 'lost'; readonly reason: string }
  | {
      readonly kind: 'executed';
      readonly executed: readonly Executed[];
      /** of the batch; 0 on all but one of the lines whose calls were committed together */
      readonly items: number;
      readonly commitMs: number;
    }
  | { readonly kind: 'swept'; readonly call: number; readonly report: SweepReport }
  | { readonly kind: 'probed'; readonly call: number; readonly durability: Durability }
  | { readonly kind: 'budget_taken'; readonly call: number; readonly taken: number }
  /** the result of a call that is not a batch and failed */
  | {
      readonly kind: 'failed';
      readonly call: number;
      readonly fault: StorageFault['kind'];
      readonly facts: FaultFacts;
    };
