import type { Act } from '../../domain/act.ts';

/** Reads of administrative acts. */
export interface ActReads {
  /** administrative acts before an id, the newest first: of a tenant, or of all */
  actsBefore(tenant: string | undefined, beforeId: string, limit: number): Promise<readonly Act[]>;
  /** how many acts of a tenant were ever logged; `undefined` where the count is missing, or there were none */
  actCount(tenant: string): Promise<number | undefined>;
  /** numbers of the acts of a tenant in (after, through], in their order; the first act has 1 */
  actNumbers(tenant: string, after: number, through: number, limit: number): Promise<readonly number[]>;
  /** tenants of which acts were logged, after a name, by their names; '' begins */
  actTenantsAfter(after: string, limit: number): Promise<readonly string[]>;
}
