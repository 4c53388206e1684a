import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Account, outstandingRequests } from '../domain/account.ts';
import type { Stroops } from '../domain/money.ts';
import { quoteOf } from '../domain/quote.ts';
import type { Service } from '../domain/service.ts';
import type { Books } from './books.ts';
import { collectPage, type Page } from './collect-page.ts';
import { eachAccount, pageRows } from './each-account.ts';

/** What an agent comes to, over all services. */
export interface AgentTotals {
  readonly agent: string;
  readonly accounts: number;
  readonly recordedRequests: bigint;
  readonly outstandingRequests: bigint;
  /** what settlements now would bill */
  readonly outstandingStroops: Stroops;
  /** outstanding, of services without a price */
  readonly unpricedRequests: bigint;
  readonly settledStroops: Stroops;
}

/** Agents of a tenant whose names contain a part, in upper or lower case; '' is in all of them. */
export interface AgentsWanted {
  readonly tenant: string;
  readonly part: string;
}

const scannedMax = 20_000;
/** The most agents that are sorted: each takes memory until all are known. */
export const agentsSortedMax = 200_000;

/** A page of agents by their names. */
export async function listAgentTotals(
  books: Books,
  { tenant, part }: AgentsWanted,
  after: string,
  limit: number,
): Promise<Page<AgentTotals, string>> {
  const wantedPart = part.toLowerCase();
  const names = await collectPage<string, string>(
    {
      async read(beyond) {
        const rows = await books.agentsAfter(tenant, beyond, pageRows);
        return { rows, isEnd: rows.length < pageRows };
      },
      placeOf: (agent) => agent,
      isWanted: (agent) => agent.toLowerCase().includes(wantedPart),
      scannedMax,
    },
    after,
    limit,
  );
  const services = new Map<string, Service | undefined>();
  const items: AgentTotals[] = [];
  for (const agent of names.items) items.push(await totalsOf(books, tenant, agent, services));
  return { ...names, items };
}

/** The agents that owe most, most first, equal ones by their names; `undefined` if there are too many to sort. */
export async function topAgentTotals(
  books: Books,
  { tenant, part }: AgentsWanted,
  limit: number,
): Promise<readonly AgentTotals[] | undefined> {
  const wantedPart = part.toLowerCase();
  const totals = new Map<string, AgentTotals>();
  for await (const { account, service } of eachAccount(books, { tenant, serviceId: undefined })) {
    const { agent } = account;
    if (!agent.toLowerCase().includes(wantedPart)) continue;
    totals.set(agent, withAccount(totals.get(agent) ?? emptyTotals(agent), account, service));
    if (totals.size > agentsSortedMax) return undefined;
  }
  return [...totals.values()].sort(byOutstanding).slice(0, limit);
}

async function totalsOf(
  books: Books,
  tenant: string,
  agent: string,
  services: Map<string, Service | undefined>,
): Promise<AgentTotals> {
  let totals = emptyTotals(agent);
  for (let after: string | undefined = ''; after !== undefined; ) {
    const accounts: readonly Account[] = await books.accountsOf(tenant, agent, after, pageRows);
    for (const account of accounts) {
      const { serviceId } = account;
      if (!services.has(serviceId)) services.set(serviceId, await books.service(tenant, serviceId));
      totals = withAccount(totals, account, services.get(serviceId));
    }
    after = accounts.length < pageRows ? undefined : accounts.at(-1)?.serviceId;
    await nextTurn();
  }
  return totals;
}

function emptyTotals(agent: string): AgentTotals {
  return {
    agent,
    accounts: 0,
    recordedRequests: 0n,
    outstandingRequests: 0n,
    outstandingStroops: 0n,
    unpricedRequests: 0n,
    settledStroops: 0n,
  };
}

function withAccount(totals: AgentTotals, account: Account, service: Service | undefined): AgentTotals {
  const outstanding = BigInt(outstandingRequests(account));
  return {
    agent: totals.agent,
    accounts: totals.accounts + 1,
    recordedRequests: totals.recordedRequests + BigInt(account.recordedRequests),
    outstandingRequests: totals.outstandingRequests + outstanding,
    outstandingStroops:
      totals.outstandingStroops + (service === undefined ? 0n : quoteOf(account, service).billedStroops),
    unpricedRequests: totals.unpricedRequests + (service === undefined ? outstanding : 0n),
    settledStroops: totals.settledStroops + account.settledStroops,
  };
}

function byOutstanding(a: AgentTotals, b: AgentTotals): number {
  if (a.outstandingStroops !== b.outstandingStroops) {
    return a.outstandingStroops < b.outstandingStroops ? 1 : -1;
  }
  return a.agent < b.agent ? -1 : 1;
}
