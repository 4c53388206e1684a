import { stroopsIn } from '../domain/money.ts';
import type { SparedUsage } from '../domain/spared.ts';
import { timestampOfMs } from '../domain/timestamps.ts';
import { exactInteger } from './exact-integer.ts';
import type { BodyOf, ReplyOf } from './reply.ts';

/** The outcomes of a tenant's writes. */
interface Activity {
  readonly outcomes: BodyOf<'readActivity'>['outcomes'];
  readonly spared: SparedUsage;
}

export function activityReply(sinceMs: number, { outcomes, spared }: Activity): ReplyOf<'readActivity'> {
  return {
    status: 200,
    body: {
      since: timestampOfMs(sinceMs),
      outcomes,
      retriesNotBilled: {
        retries: spared.retries,
        requests: exactInteger(spared.requests),
        stroops: String(stroopsIn(spared.cost)),
      },
    },
  };
}

/** Usage in spans of time. */
interface UsageOverTime {
  readonly spans: readonly {
    readonly fromMs: number;
    readonly toMs: number;
    readonly entries: number;
    readonly requests: bigint;
  }[];
  readonly isComplete: boolean;
}

export function usageOverTimeReply({ spans, isComplete }: UsageOverTime): ReplyOf<'sumUsageOverTime'> {
  const items = spans.map(({ fromMs, toMs, entries, requests }) => ({
    from: timestampOfMs(fromMs),
    to: timestampOfMs(toMs),
    entries,
    requests: exactInteger(requests),
  }));
  return { status: 200, body: { items, complete: isComplete } };
}
