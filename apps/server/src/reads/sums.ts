import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Account, outstandingRequests } from '../domain/account.ts';
import { OtherAssets, onlyStroops } from '../domain/asset-sums.ts';
import { eachAccountSum } from './account-sums.ts';
import type { Books } from './books.ts';
import { eachAccount, pageRows } from './each-account.ts';

/** What is outstanding on all accounts of a tenant. */
export async function sumBilling(books: Books, tenant: string) {
  let totalStroops = 0n;
  let disabledStroops = 0n;
  let creditStroops = 0n;
  const others = new OtherAssets();
  let unpricedRequests = 0n;
  for await (const sums of eachAccountSum(books, { tenant, serviceId: undefined })) {
    if (!sums.isPriced) unpricedRequests += sums.outstandingRequests;
    const { billedStroops: billed, creditStroops: credit } = sums;
    const disabled = sums.isDisabled ? billed : 0n;
    totalStroops += onlyStroops(sums, billed);
    creditStroops += onlyStroops(sums, credit);
    disabledStroops += onlyStroops(sums, disabled);
    others.add(sums, { billed, disabled, credit });
  }
  return { totalStroops, disabledStroops, creditStroops, unpricedRequests, otherAssets: others.list };
}

/** Outstanding requests of a service, and of how many agents they are. */
export async function sumService(books: Books, tenant: string, serviceId: string) {
  let total = 0n;
  let agents = 0n;
  for await (const sums of eachAccountSum(books, { tenant, serviceId })) {
    total += sums.outstandingRequests;
    agents += sums.owing;
  }
  return { total, agents: Number(agents) };
}

/** Outstanding requests of an agent over all its services. */
export async function sumAgent(books: Books, tenant: string, agent: string): Promise<bigint> {
  let total = 0n;
  let after: string | undefined = '';
  while (after !== undefined) {
    const accounts: readonly Account[] = await books.accountsOf(tenant, agent, after, pageRows);
    for (const account of accounts) total += BigInt(outstandingRequests(account));
    after = accounts.length < pageRows ? undefined : accounts.at(-1)?.serviceId;
    await nextTurn();
  }
  return total;
}

/** An agent of a service, with its outstanding requests. */
export interface AgentTotal {
  readonly agent: string;
  readonly total: number;
}

/** Agents with the most outstanding requests of a service, most first, equal ones by their names. */
export async function topAgents(
  books: Books,
  filter: { readonly tenant: string; readonly serviceId: string },
  limit: number,
): Promise<readonly AgentTotal[]> {
  let top: AgentTotal[] = [];
  for await (const { account } of eachAccount(books, filter)) {
    const total = outstandingRequests(account);
    if (total > 0) top.push({ agent: account.agent, total });
    // Sorted only from time to time; never more than a small multiple of the requested number is kept.
    if (top.length >= limit * 16) top = top.sort(byTotal).slice(0, limit);
  }
  return top.sort(byTotal).slice(0, limit);
}

function byTotal(a: AgentTotal, b: AgentTotal): number {
  return b.total - a.total || (a.agent < b.agent ? -1 : 1);
}
