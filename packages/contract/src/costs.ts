import type { OperationName } from './operations.ts';

/** What a request costs that reads all of a tenant's accounts or entries. */
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

/** What a request costs of the rate limit: as much as it has items, and at least 1. */
export function costOf(operationName: string, body: unknown): number {
  if (walks.has(operationName)) return walkCost;
  const items: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'items') : undefined;
  return Array.isArray(items) ? Math.max(1, items.length) : 1;
}
