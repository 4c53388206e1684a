import type { EntryExport } from '@billonce/contract';
import { instantMs, instantNs } from '../domain/timestamps.ts';
import type { EntryQuery } from '../reads/list-entries.ts';

/** Instants are kept as nanoseconds of 64 bits: from 1677 to 2262. Nothing is recorded as far away as their ends. */
const [nsMin, nsMax] = [-(2n ** 63n), 2n ** 63n - 1n];

/** An instant as a bound of a filter: one that no column can hold is brought to the nearest that one can. */
function boundNs(timestamp: string): bigint {
  const ns = instantNs(timestamp);
  if (ns < nsMin) return nsMin;
  return ns > nsMax ? nsMax : ns;
}

/** The entries that the filters of a request name. */
export function entryQuery(tenant: string, filter: EntryExport): EntryQuery {
  const { agent, serviceId, from, to, occurredFrom, occurredTo, settlementId } = filter;
  return {
    tenant,
    agent,
    serviceId,
    recordedFromMs: from === undefined ? undefined : instantMs(from),
    recordedToMs: to === undefined ? undefined : instantMs(to),
    occurredFromNs: occurredFrom === undefined ? undefined : boundNs(occurredFrom),
    occurredToNs: occurredTo === undefined ? undefined : boundNs(occurredTo),
    settlementId,
  };
}
