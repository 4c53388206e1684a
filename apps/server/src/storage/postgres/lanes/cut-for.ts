import type { BatchExecutor } from '../../../ledger/batch-executor.ts';
import { ByTenantExecutor } from '../../../ledger/by-tenant-executor.ts';
import type { Placement } from '../connection.ts';

/** Cuts batches where the rows of tenants may be on different nodes. */
export function cutFor(placement: Placement | undefined, executor: BatchExecutor): BatchExecutor {
  return placement === undefined || placement === 'one_node' ? executor : new ByTenantExecutor(executor);
}
