import type { BooksStats } from '../domain/books-stats.ts';
import { atomsText, unlessEmpty } from './amounts.ts';
import { exactInteger } from './exact-integer.ts';
import type { ReplyOf } from './reply.ts';

/** What is counted of a tenant besides its books. */
interface TenantFacts {
  readonly apiKeys: number;
  readonly webhooks: number;
  readonly isPaused: boolean;
}

export function statsReply(stats: BooksStats, facts: TenantFacts): ReplyOf<'readStats'> {
  return {
    status: 200,
    body: {
      totalApiKeys: facts.apiKeys,
      totalServices: stats.services,
      uniqueAgents: stats.agents,
      accounts: stats.accounts,
      recordedRequests: exactInteger(stats.recordedRequests),
      reversedRequests: exactInteger(stats.reversedRequests),
      settledRequests: exactInteger(stats.settledRequests),
      totalRequests: exactInteger(stats.outstandingRequests),
      outstandingStroops: String(stats.outstandingStroops),
      settledStroops: String(stats.settledStroops),
      totalWebhooks: facts.webhooks,
      usageKeys: stats.accounts,
      lifetimeRequests: exactInteger(stats.recordedRequests),
      settledStroopsTotal: String(stats.settledStroops),
      settlementsTotal: stats.settlements,
      paused: facts.isPaused,
      otherAssets: unlessEmpty(
        stats.otherAssets.map((other) => ({
          asset: other.asset,
          outstanding: atomsText(other.billed, other),
          settled: atomsText(other.settled, other),
        })),
      ),
    },
  };
}
