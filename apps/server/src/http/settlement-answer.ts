import type { SettlementExport } from '@billonce/contract';
import { billLinesAnswer } from '../domain/quote-answer.ts';
import { carriedOnStroops, type Settlement } from '../domain/settlement.ts';
import type { SettlementQuery } from '../reads/list-settlements.ts';
import { instantMs, timestampOfMs } from './timestamps.ts';

/** A settlement as the caller sees it. */
export function settlementAnswer(settlement: Settlement) {
  return {
    id: settlement.id,
    agent: settlement.agent,
    serviceId: settlement.serviceId,
    number: settlement.number,
    from: settlement.from,
    through: settlement.through,
    requests: settlement.requests,
    lines: billLinesAnswer(settlement.lines),
    carriedStroops: String(settlement.carriedStroops),
    billedStroops: String(settlement.billedStroops),
    carriedOnStroops: String(carriedOnStroops(settlement)),
    settledAt: timestampOfMs(settlement.settledAtMs),
  };
}

/** The settlements that the filters of a request name. */
export function settlementQuery(tenant: string, filter: SettlementExport): SettlementQuery {
  const { agent, serviceId, from, to } = filter;
  return {
    tenant,
    agent,
    serviceId,
    fromMs: from === undefined ? undefined : instantMs(from),
    toMs: to === undefined ? undefined : instantMs(to),
  };
}
