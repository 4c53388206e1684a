import { amountOfAtoms } from '../domain/amount.ts';
import {
  type AssetFinding,
  type AuditFinding,
  countDifferences,
  outstandingBy,
} from '../domain/audit-finding.ts';
import { amountText } from '../domain/balance-events.ts';
import { stroopsIn } from '../domain/money.ts';
import { unlessEmpty } from './amounts.ts';
import { exactInteger } from './exact-integer.ts';
import type { BodyOf, ReplyOf } from './reply.ts';

export type AuditAnswer = BodyOf<'readAudit'>;

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
      otherAssets: unlessEmpty(found.otherAssets.map(assetBody)),
      differences: found.differences,
      acts: found.acts,
      limits: found.limits,
      balances: { count: balances.count, movements: balances.movements, differences: balances.differences },
    },
  };
}

export function assetBody(found: AssetFinding): NonNullable<BodyOf<'readAudit'>['otherAssets']>[number] {
  const { asset, assetScale, recorded, reversed, paid } = found;
  const settled = amountOfAtoms(found.settled, assetScale);
  const writtenOff = amountOfAtoms(found.writtenOff, assetScale);
  return {
    asset,
    recorded: amountText(recorded),
    reversed: amountText(reversed),
    paid: amountText(paid),
    settled: amountText(settled),
    writtenOff: amountText(writtenOff),
    outstanding: amountText(recorded - reversed - paid - settled + writtenOff),
  };
}

function both(requests: bigint, stroops: bigint): BodyOf<'readAudit'>['recorded'] {
  return { requests: exactInteger(requests), stroops: String(stroops) };
}
