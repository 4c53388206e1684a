import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Balance } from '../domain/balance.ts';
import type { Books } from './books.ts';
import { pageRows } from './each-account.ts';

/** The prepaid balances of an agent, by asset. */
interface AgentBalances {
  readonly agent: string;
  readonly balances: readonly Balance[];
}

interface AgentBalancesRead {
  readonly agents: readonly AgentBalances[];
  readonly isEnd: boolean;
}

/** The next agents with balances after a name, each with all of them; '' begins. */
export async function agentBalancesAfter(
  books: Books,
  tenant: string,
  after: string,
): Promise<AgentBalancesRead> {
  const rows = await books.balancesOfAgentsAfter(tenant, after, pageRows);
  const isEnd = rows.length < pageRows;
  const agents = [...Map.groupBy(rows, ({ agent }) => agent)].map(([agent, balances]) => ({
    agent,
    balances,
  }));
  // The rows may end within the balances of their last agent, so the next read begins with that agent.
  return { agents: isEnd || agents.length === 1 ? agents : agents.slice(0, -1), isEnd };
}

/** Walks the agents of a tenant that have balances, by their names. */
export async function* eachAgentBalances(books: Books, tenant: string): AsyncGenerator<AgentBalances> {
  for (let after = ''; ; ) {
    const { agents, isEnd }: AgentBalancesRead = await agentBalancesAfter(books, tenant, after);
    yield* agents;
    if (isEnd) return;
    after = agents.at(-1)?.agent ?? after;
    await nextTurn();
  }
}
