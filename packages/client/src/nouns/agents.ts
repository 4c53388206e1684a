import type { Call, CallOptions, Success } from '../call.ts';
import type {
  AgentTotal,
  AgentUsage,
  ListAgentsQuery,
  Quote,
  ReadStatementQuery,
} from '../contract/types.ts';
import { itemsOf } from '../pages.ts';

export function agentsOf(call: Call) {
  return {
    /** The names of all agents. */
    list: (query: ListAgentsQuery = {}, options?: CallOptions): AsyncGenerator<string, void, undefined> =>
      itemsOf(
        query,
        (paged) => call('listAgents', { query: paged }, options),
        ({ agents }) => agents,
      ),
    /** Outstanding requests of an agent over all services. */
    total: (agent: string, options?: CallOptions): Promise<AgentTotal> =>
      call('readAgentTotal', { params: { agent } }, options),
    /** What settling the accounts of an agent now would bill, by service. */
    quotes: (agent: string, options?: CallOptions): AsyncGenerator<Quote, void, undefined> =>
      itemsOf(
        {},
        (query) => call('readAgentQuote', { params: { agent }, query }, options),
        ({ items }) => items,
      ),
    /** What an agent was granted, used, was billed and has left in a time, over all services. */
    statement: (
      agent: string,
      query: ReadStatementQuery = {},
      options?: CallOptions,
    ): Promise<Success<'readStatement'>> => call('readStatement', { params: { agent }, query }, options),
    /** Outstanding requests of an agent, by service. */
    usage: (
      agent: string,
      options?: CallOptions,
    ): AsyncGenerator<AgentUsage['items'][number], void, undefined> =>
      itemsOf(
        {},
        (query) => call('readAgentUsage', { params: { agent }, query }, options),
        ({ items }) => items,
      ),
  };
}
