import type { OperationName } from './operations.ts';

/** The cost of a request that reads all accounts or entries of a tenant. */
const walkCost = 100;
const walks: ReadonlySet<string> = new Set<OperationName>([
  'exportUsageJson',
  'exportUsageCsv',
  'exportEntriesJson',
  'exportEntriesCsv',
  'exportSettlementsCsv',
  'readBillingTotal',
  'readStats',
  'readAudit',
  'summarizeEvents',
  'sumUsageOverTime',
]);

/** The cost of a request in the rate limit: the number of its items, and at least 1. */
export function costOf(operationName: string, body: unknown): number {
  if (walks.has(operationName)) return walkCost;
  const items: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'items') : undefined;
  return Array.isArray(items) ? Math.max(1, items.length) : 1;
}
