import { entryPriceVersion, reversesAnswer } from './reversal-answer.ts';
import { timestampOfMs, timestampOfNs } from './timestamps.ts';
import type { Entry, WriteOff } from './usage.ts';

/** An entry as the caller sees it. */
export function entryAnswer(entry: Entry) {
  const { id, agent, serviceId, sequence, requests, usageId, occurredAtNs, recordedAtMs } = entry;
  const { reversal, writeOff } = entry;
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
    ...(writeOff === undefined ? {} : { writesOff: writesOffAnswer(writeOff) }),
  };
}

/** What an entry takes off the credit of its account. */
function writesOffAnswer({ kind, stroops, reason }: WriteOff) {
  return { kind, stroops: String(stroops), reason };
}
