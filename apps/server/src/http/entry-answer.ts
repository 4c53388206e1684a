import type { EntryExport } from '@billonce/contract';
import { entryPriceVersion, reversesAnswer } from '../domain/reversal-answer.ts';
import type { Entry } from '../domain/usage.ts';
import type { EntryQuery } from '../reads/list-entries.ts';
import { instantMs, instantNs, timestampOfMs, timestampOfNs } from './timestamps.ts';

/** An entry as the caller sees it. */
export function entryAnswer(entry: Entry) {
  const { id, agent, serviceId, sequence, requests, usageId, occurredAtNs, recordedAtMs, reversal } = entry;
  return {
    id,
    agent,
    serviceId,
    sequence,
    requests,
    priceVersion: entryPriceVersion(entry),
    usageId: usageId ?? null,
    occurredAt: occurredAtNs === undefined ? null : timestampOfNs(occurredAtNs),
    recordedAt: timestampOfMs(recordedAtMs),
    ...(reversal === undefined ? {} : { reverses: reversesAnswer(reversal) }),
  };
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
    occurredFromNs: occurredFrom === undefined ? undefined : instantNs(occurredFrom),
    occurredToNs: occurredTo === undefined ? undefined : instantNs(occurredTo),
    settlementId,
  };
}
