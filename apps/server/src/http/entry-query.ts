import type { EntryExport } from '@billonce/contract';
import { instantMs, instantNs } from '../domain/timestamps.ts';
import type { EntryQuery } from '../reads/list-entries.ts';

/** The entries that the filters of a request name. */
export function entryQuery(tenant: string, filter: EntryExport): EntryQuery {
  const { agent, serviceId, from, to, occurredFrom, occurredTo, settlementId } = filter;
  return {
    tenant,
    agent,
    serviceId,
    recordedFromMs: from === undefined ? undefined : instantMs(from),
    recordedToMs: to === undefined ? undefined : instantMs(to),
    occurredFromNs: occurredFrom === undefined ? undefined : instantNs(occurredFrom),
    occurredToNs: occurredTo === undefined ? undefined : instantNs(occurredTo),
    settlementId,
  };
}
