import { type AuditFinding, countDifferences, outstandingBy } from '../domain/audit-finding.ts';
import { stroopsIn } from '../domain/money.ts';
import { exactInteger } from './exact-integer.ts';
import type { BodyOf, ReplyOf } from './reply.ts';

export function auditReply(found: AuditFinding): ReplyOf<'readAudit'> {
  const { balances } = found;
  const outstanding = outstandingBy(found);
  return {
    status: 200,
    body: {
      ok: countDifferences(found) === 0,
      accounts: found.accounts,
      entries: found.entries,
      settlements: found.settlements,
      recorded: both(found.recordedRequests, stroopsIn(found.recorded)),
      settled: both(found.settledRequests, found.settledStroops),
      outstanding: both(outstanding.requests, outstanding.stroops),
      reversed: both(found.reversedRequests, stroopsIn(found.reversed)),
      paid: { stroops: String(stroopsIn(found.paid)) },
      writtenOff: { stroops: String(found.writtenOffStroops) },
      differences: found.differences,
      acts: found.acts,
      limits: found.limits,
      balances: { count: balances.count, movements: balances.movements, differences: balances.differences },
    },
  };
}

function both(requests: bigint, stroops: bigint): BodyOf<'readAudit'>['recorded'] {
  return { requests: exactInteger(requests), stroops: String(stroops) };
}
