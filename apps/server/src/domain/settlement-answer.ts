import { billLinesAnswer } from './quote-answer.ts';
import { carriedOnStroops, type Settlement } from './settlement.ts';
import { timestampOfMs } from './timestamps.ts';

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
