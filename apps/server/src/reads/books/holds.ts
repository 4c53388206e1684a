import type { Hold } from '../../domain/hold.ts';

/** Reads of holds, as they were recorded last. */
export interface HoldReads {
  hold(tenant: string, id: string): Promise<Hold | undefined>;
  /** holds of a tenant, or of one of its agents, after a place, in the order in which they were made */
  holdsAfter(
    filter: { readonly tenant: string; readonly agent: string | undefined },
    after: string,
    limit: number,
  ): Promise<readonly Hold[]>;
}
