import { outstandingBy } from '../../reads/audit-books.ts';
import { type Desk, tenantOf } from '../desk.ts';
import { exactInteger } from '../exact-integer.ts';
import type { HandlersOf } from '../router.ts';

export function auditRoutes({ reads }: Desk) {
  return {
    readAudit: async (call) => {
      const found = await reads.walk(call, 'auditBooks', tenantOf(call));
      const outstanding = outstandingBy(found);
      const both = (requests: bigint, stroops: bigint) => ({
        requests: exactInteger(requests),
        stroops: String(stroops),
      });
      return {
        status: 200,
        body: {
          ok: found.differences.length === 0 && found.acts.differences.length === 0,
          accounts: found.accounts,
          entries: found.entries,
          settlements: found.settlements,
          recorded: both(found.recordedRequests, found.recordedStroops),
          settled: both(found.settledRequests, found.settledStroops),
          outstanding: both(outstanding.requests, outstanding.stroops),
          reversed: both(found.reversedRequests, found.reversedStroops),
          writtenOff: { stroops: String(found.writtenOffStroops) },
          differences: found.differences,
          acts: found.acts,
        },
      };
    },
  } satisfies HandlersOf<'audit'>;
}
