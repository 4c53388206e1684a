import type { Settlement } from '../../domain/settlement.ts';
import type { AccountKey } from './accounts.ts';

/** Reads of settlements. */
export interface SettlementReads {
  settlement(tenant: string, id: string): Promise<Settlement | undefined>;
  lastSettlementId(tenant: string): Promise<string | undefined>;
  /** settlements after an id, in the order in which they were made; those of a run, or all */
  settlementsAfter(
    tenant: string,
    afterId: string,
    limit: number,
    runId?: string,
  ): Promise<readonly Settlement[]>;
  /** settlements of an account with number in (after, through] */
  settlementsOf(
    account: AccountKey,
    after: number,
    through: number,
    limit: number,
  ): Promise<readonly Settlement[]>;
}
