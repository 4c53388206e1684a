import type { OperationSpec } from '../operation-spec.ts';
import {
  AgentList,
  AgentParams,
  AgentTotal,
  AgentTotals,
  AgentTotalsFilter,
  AgentUsage,
} from '../schemas/agents.ts';
import { LongPageFilter, PageFilter } from '../schemas/pages.ts';

/** Agents and what is outstanding on them. */
export const agentsOperations = {
  listAgents: {
    method: 'GET',
    path: '/api/v1/agents',
    summary: 'Agents that ever used a service, by their names',
    description: 'Lists all agents of the tenant with usage, by name.',
    access: 'tenant',
    query: PageFilter,
    successes: { 200: { description: 'A page.', schema: AgentList } },
    errors: ['overloaded'],
  },
  listAgentTotals: {
    method: 'GET',
    path: '/api/v1/agents/totals',
    summary: 'Agents with usage or a balance: recorded, outstanding, billed and available amounts',
    description:
      'Lists agents with their totals, sorted by name, by outstanding amount or by available balance.',
    access: 'tenant',
    query: AgentTotalsFilter,
    successes: { 200: { description: 'A page; a page before the last may be short.', schema: AgentTotals } },
    errors: ['overloaded', 'limit_exceeded'],
  },
  readAgentTotal: {
    method: 'GET',
    path: '/api/v1/agents/{agent}/total',
    summary: 'Outstanding requests of an agent over all services',
    description: 'Sums the outstanding requests of an agent over all services.',
    access: 'tenant',
    params: AgentParams,
    successes: { 200: { description: '0 when nothing is known.', schema: AgentTotal } },
    errors: ['overloaded'],
  },
  readAgentUsage: {
    method: 'GET',
    path: '/api/v1/agents/{agent}/usage',
    summary: 'Outstanding requests of an agent by service',
    description: 'Lists the outstanding requests of an agent for each service.',
    access: 'tenant',
    params: AgentParams,
    query: LongPageFilter,
    successes: { 200: { description: 'A page.', schema: AgentUsage } },
    errors: ['overloaded'],
  },
} as const satisfies Record<string, OperationSpec>;
