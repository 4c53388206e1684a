import * as services from '../schemas/services.ts';
import type { Operation } from './operation.ts';

/** Agents and what is outstanding on them. */
export const agentsOperations = {
  listAgents: {
    method: 'GET',
    path: '/api/v1/agents',
    summary: 'Agents that ever used a service, by their names',
    access: 'tenant',
    query: services.PageFilter,
    successes: { 200: { description: 'A page.', schema: services.AgentList } },
    errors: ['overloaded'],
  },
  readAgentTotal: {
    method: 'GET',
    path: '/api/v1/agents/{agent}/total',
    summary: 'Outstanding requests of an agent over all services',
    access: 'tenant',
    params: services.AgentParams,
    successes: { 200: { description: '0 when nothing is known.', schema: services.AgentTotal } },
    errors: ['overloaded'],
  },
  readAgentUsage: {
    method: 'GET',
    path: '/api/v1/agents/{agent}/usage',
    summary: 'Outstanding requests of an agent by service',
    access: 'tenant',
    params: services.AgentParams,
    query: services.LongPageFilter,
    successes: { 200: { description: 'A page.', schema: services.AgentUsage } },
    errors: ['overloaded'],
  },
} as const satisfies Record<string, Operation>;
