import { listAgentTotals, lowestAgentTotals, topAgentTotals } from './agent-totals.ts';
import { auditBooks } from './audit-books.ts';
import type { ApiKeyBooks } from './books/api-keys.ts';
import type { AccountsFilter, AllBooks, Books } from './books.ts';
import { countEvents, countListedEvents } from './count-events.ts';
import { exportPart } from './export-part.ts';
import { listApiKeys } from './list-api-keys.ts';

import { listEvents } from './list-events.ts';
import { listServices } from './list-services.ts';
import { listSettlements } from './list-settlements.ts';
import { listAgentQuotes, sumAgentQuotes } from './quote-agent.ts';
import { quoteBefore } from './quote-before.ts';
import { reconcile } from './reconcile.ts';
import { stateAgent } from './state-agent.ts';
import { listStatedEntries } from './state-entries.ts';
import { statsOf } from './stats.ts';
import { sumAgent, sumBilling, sumService, topAgents } from './sums.ts';
import { sumUsageOverTime } from './usage-over-time.ts';

/**
 * The reads of many rows. They run on another thread, so their input and output is plain data. Each reads in short
 * steps, and other reads run between them.
 */
const jobs = {
  listEntries: listStatedEntries,
  listEvents,
  listServices,
  listSettlements,
  listApiKeys,
  countApiKeys: (books: ApiKeyBooks, tenant: string) => books.countApiKeys(tenant),
  listAgents: (books: Books, tenant: string, after: string, limit: number) =>
    books.agentsAfter(tenant, after, limit),
  listAccountsOfAgent: (books: Books, tenant: string, agent: string, after: string, limit: number) =>
    books.accountsOf(tenant, agent, after, limit),
  listAccounts: (books: Books, filter: AccountsFilter, after: string, limit: number) =>
    books.accountsAfter(filter, after, limit),
  quoteBefore,
  reconcile,
  countEvents,
  countListedEvents,
  statsOf,
  sumAgent,
  sumBilling,
  sumService,
  topAgents,
  listAgentTotals,
  listAgentQuotes,
  sumAgentQuotes,
  stateAgent,
  topAgentTotals,
  lowestAgentTotals,
  sumUsageOverTime,
  auditBooks,
  exportPart,
};

export type JobName = keyof typeof jobs;
export type JobArgs<N extends JobName> = {
  [K in N]: (typeof jobs)[K] extends (books: AllBooks, ...args: infer A) => Promise<unknown> ? A : never;
}[N];
export type JobResult<N extends JobName> = Awaited<ReturnType<(typeof jobs)[N]>>;

/** A job with its arguments. */
export interface ReadJob<N extends JobName = JobName> {
  readonly name: N;
  readonly args: JobArgs<N>;
}

type Jobs = { readonly [N in JobName]: (books: AllBooks, ...args: JobArgs<N>) => Promise<JobResult<N>> };

/** Runs a job on the books. */
export function runJob<N extends JobName>(
  books: AllBooks,
  { name, args }: ReadJob<N>,
): Promise<JobResult<N>> {
  const table: Jobs = jobs;
  return table[name](books, ...args);
}

/** Runs jobs outside the HTTP thread. */
export interface JobRunner {
  /**
   * Runs a job on what was committed before the call, or later.
   *
   * @throws {ReadAborted} soon after the signal; {StorageFault} if the database cannot be read
   */
  run<N extends JobName>(job: ReadJob<N>, signal: AbortSignal): Promise<JobResult<N>>;
}
