import type { FaultFacts } from '../fault-facts.ts';
import type { StorageFault } from '../ledger/storage-port.ts';
import type { JobName, JobResult, ReadJob } from '../reads/read-jobs.ts';

/** The requests to a thread of readers. */
export type ReadCall =
  | { readonly kind: 'run'; readonly call: number; readonly job: ReadJob }
  | { readonly kind: 'abort'; readonly call: number };

/** Its reply, one for each run. */
export type ReadReply =
  | { readonly kind: 'done'; readonly call: number; readonly result: JobResult<JobName> }
  | { readonly kind: 'aborted'; readonly call: number }
  | {
      readonly kind: 'failed';
      readonly call: number;
      readonly fault: StorageFault['kind'];
      readonly facts: FaultFacts;
    };
