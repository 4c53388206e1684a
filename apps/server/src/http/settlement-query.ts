import type { SettlementExport } from '@billonce/contract';
import { instantMs } from '../domain/timestamps.ts';
import type { SettlementQuery } from '../reads/list-settlements.ts';

/** The query for a request's filters. */
export function settlementQuery(tenant: string, filter: SettlementExport): SettlementQuery {
  const { agent, serviceId, from, to, runId } = filter;
  return {
    tenant,
    agent,
    serviceId,
    fromMs: from === undefined ? undefined : instantMs(from),
    toMs: to === undefined ? undefined : instantMs(to),
    runId,
  };
}
