import type { EntryExport } from '@billonce/contract';
import { instantMs, instantNs } from '../domain/timestamps.ts';
import type { EntryQuery, MetadataMember } from '../reads/list-entries.ts';

/** Instants are stored as nanoseconds in 64 bits: from 1677 to 2262. No recorded time is near these limits. */
const [nsMin, nsMax] = [-(2n ** 63n), 2n ** 63n - 1n];

/** An instant as a limit of a filter: one that a column cannot hold is replaced by the nearest that it can. */
function boundNs(timestamp: string): bigint {
  const ns = instantNs(timestamp);
  if (ns < nsMin) return nsMin;
  return ns > nsMax ? nsMax : ns;
}

/** The query for a request's filters. */
export function entryQuery(tenant: string, filter: EntryExport): EntryQuery {
  const { agent, serviceId, from, to, occurredFrom, occurredTo, settlementId, usageId, metadata } = filter;
  return {
    tenant,
    agent,
    serviceId,
    recordedFromMs: from === undefined ? undefined : instantMs(from),
    recordedToMs: to === undefined ? undefined : instantMs(to),
    occurredFromNs: occurredFrom === undefined ? undefined : boundNs(occurredFrom),
    occurredToNs: occurredTo === undefined ? undefined : boundNs(occurredTo),
    settlementId,
    usageId,
    metadata: metadata === undefined ? undefined : metadataMember(metadata),
  };
}

/** A member of metadata, from its name, a colon and its value. */
function metadataMember(text: string): MetadataMember {
  const at = text.indexOf(':');
  return { name: text.slice(0, at), value: text.slice(at + 1) };
}
