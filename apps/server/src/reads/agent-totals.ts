import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Account, outstandingRequests } from '../domain/account.ts';
import type { Amount } from '../domain/amount.ts';
import { type InAsset, inXlm, isXlm } from '../domain/asset.ts';
import { type AssetSums, OtherAssets, onlyStroops } from '../domain/asset-sums.ts';
import { availableOf, type Balance } from '../domain/balance.ts';
import type { Stroops } from '../domain/money.ts';
import { quoteOf } from '../domain/quote.ts';
import type { Service } from '../domain/service.ts';
import { agentBalancesAfter, eachAgentBalances } from './agent-balances.ts';
import type { Books } from './books.ts';
import { collectPage, type Page } from './collect-page.ts';
import { eachAccount, pageRows } from './each-account.ts';

/** The totals of an agent, over all services. */
export interface AgentTotals {
  readonly agent: string;
  readonly accounts: number;
  readonly recordedRequests: bigint;
  readonly outstandingRequests: bigint;
  /** what settlements now would bill in XLM */
  readonly outstandingStroops: Stroops;
  /** outstanding, of services without a price */
  readonly unpricedRequests: bigint;
  readonly settledStroops: Stroops;
  readonly otherAssets: readonly AssetSums[];
  /** its prepaid balances by asset, as they were recorded last */
  readonly balances: readonly Balance[];
}

/** Agents of a tenant whose names contain a part, in upper or lower case; '' is in all of them. */
export interface AgentsWanted {
  readonly tenant: string;
  readonly part: string;
}

const scannedMax = 20_000;
/** The most agents that are sorted: each takes memory until all are known. */
export const agentsSortedMax = 200_000;

/** A page of agents with usage or a balance, by their names. */
export async function listAgentTotals(
  books: Books,
  { tenant, part }: AgentsWanted,
  after: string,
  limit: number,
): Promise<Page<AgentTotals, string>> {
  const wantedPart = part.toLowerCase();
  const balances = new Map<string, readonly Balance[]>();
  const names = await collectPage<string, string>(
    {
      read: (beyond) => namesAfter(books, tenant, beyond, balances),
      placeOf: (agent) => agent,
      isWanted: (agent) => agent.toLowerCase().includes(wantedPart),
      scannedMax,
    },
    after,
    limit,
  );
  const services = new Map<string, Service | undefined>();
  const items: AgentTotals[] = [];
  for (const agent of names.items) {
    const totals = await totalsOf(books, tenant, agent, services);
    items.push({ ...totals, balances: balances.get(agent) ?? [] });
  }
  return { ...names, items };
}

/** The next names after one, of agents that have accounts or balances; it notes their balances. */
async function namesAfter(
  books: Books,
  tenant: string,
  beyond: string,
  noted: Map<string, readonly Balance[]>,
) {
  const [users, owners] = await Promise.all([
    books.agentsAfter(tenant, beyond, pageRows),
    agentBalancesAfter(books, tenant, beyond),
  ]);
  for (const { agent, balances } of owners.agents) noted.set(agent, balances);
  const names = [...new Set([...users, ...owners.agents.map(({ agent }) => agent)])].sort(byName);
  // If one of the two pages is full, its names after its end are unknown, so names of the other page after that point
  // must wait.
  const ends = [
    users.length < pageRows ? undefined : users.at(-1),
    owners.isEnd ? undefined : owners.agents.at(-1)?.agent,
  ].filter((end) => end !== undefined);
  const [through] = ends.sort(byName);
  return {
    rows: through === undefined ? names : names.filter((name) => name <= through),
    isEnd: through === undefined,
  };
}

/** The agents that owe most in an asset, most first, equal ones by their names; `undefined` if there are too many to sort. */
export async function topAgentTotals(
  books: Books,
  { tenant, part }: AgentsWanted,
  asset: string,
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
  for await (const { agent, balances } of eachAgentBalances(books, tenant)) {
    if (!agent.toLowerCase().includes(wantedPart)) continue;
    totals.set(agent, { ...(totals.get(agent) ?? emptyTotals(agent)), balances });
    if (totals.size > agentsSortedMax) return undefined;
  }
  return [...totals.values()].sort((a, b) => byOutstanding(a, b, asset)).slice(0, limit);
}

/** Agents with a balance in an asset, the lowest first, equal ones by their names; `undefined` if there are too many to sort. */
export async function lowestAgentTotals(
  books: Books,
  { tenant, part }: AgentsWanted,
  asset: string,
  limit: number,
): Promise<readonly AgentTotals[] | undefined> {
  const wantedPart = part.toLowerCase();
  const found: WithAvailable[] = [];
  for await (const { agent, balances } of eachAgentBalances(books, tenant)) {
    const balance = balances.find((one) => one.asset === asset);
    if (balance === undefined || !agent.toLowerCase().includes(wantedPart)) continue;
    found.push({ agent, balances, available: availableOf(balance) });
    if (found.length > agentsSortedMax) return undefined;
  }
  const services = new Map<string, Service | undefined>();
  const items: AgentTotals[] = [];
  for (const { agent, balances } of found.sort(byAvailable).slice(0, limit)) {
    items.push({ ...(await totalsOf(books, tenant, agent, services)), balances });
  }
  return items;
}

/** An agent with what is available of the balance that it is sorted by. */
interface WithAvailable {
  readonly agent: string;
  readonly balances: readonly Balance[];
  readonly available: Amount;
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
    otherAssets: [],
    balances: [],
  };
}

function withAccount(totals: AgentTotals, account: Account, service: Service | undefined): AgentTotals {
  const outstanding = BigInt(outstandingRequests(account));
  const billed = service === undefined ? 0n : quoteOf(account, service).billedStroops;
  const inAsset = service ?? inXlm;
  return {
    agent: totals.agent,
    accounts: totals.accounts + 1,
    recordedRequests: totals.recordedRequests + BigInt(account.recordedRequests),
    outstandingRequests: totals.outstandingRequests + outstanding,
    outstandingStroops: totals.outstandingStroops + onlyStroops(inAsset, billed),
    unpricedRequests: totals.unpricedRequests + (service === undefined ? outstanding : 0n),
    settledStroops: totals.settledStroops + onlyStroops(inAsset, account.settledStroops),
    otherAssets: withOther(totals.otherAssets, inAsset, billed, account.settledStroops),
    balances: totals.balances,
  };
}

function withOther(
  known: readonly AssetSums[],
  inAsset: InAsset,
  billed: bigint,
  settled: bigint,
): readonly AssetSums[] {
  if (isXlm(inAsset)) return known;
  const others = new OtherAssets();
  for (const sums of known) others.add(sums, sums);
  others.add(inAsset, { billed, settled });
  return others.list;
}

/** What an agent owes in an asset, in its atoms. */
function owedIn({ outstandingStroops, otherAssets }: AgentTotals, asset: string): bigint {
  if (isXlm({ asset })) return outstandingStroops;
  return otherAssets.find((sums) => sums.asset === asset)?.billed ?? 0n;
}

function byOutstanding(a: AgentTotals, b: AgentTotals, asset: string): number {
  const [first, second] = [owedIn(a, asset), owedIn(b, asset)];
  if (first !== second) return first < second ? 1 : -1;
  return byName(a.agent, b.agent);
}

function byAvailable(a: WithAvailable, b: WithAvailable): number {
  if (a.available !== b.available) return a.available < b.available ? -1 : 1;
  return byName(a.agent, b.agent);
}

function byName(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
