import { location, type OperationSpec } from '../operation-spec.ts';
import { AgentParams } from '../schemas/agents.ts';
import {
  AgentLimitList,
  Allowance,
  AllowanceFilter,
  CountedLimit,
  Limit,
  LimitCountersFilter,
  LimitList,
  LimitListFilter,
  LimitParams,
  LimitPut,
} from '../schemas/limits.ts';

/** Budgets of usage. */
export const limitsOperations = {
  putLimit: {
    method: 'PUT',
    path: '/api/v1/limits/{name}',
    summary: 'Limit the usage of an agent, a service or an API key in each window',
    description:
      'Sets a limit in units or in money for each minute, hour, day or month, or for the lifetime. Usage beyond it is refused with `limit_reached`, or only reported, depending on `action`.',
    access: 'tenant',
    params: LimitParams,
    body: LimitPut,
    successes: {
      200: {
        description: 'Replaced. Its counters are kept if it counts the same usage as before.',
        schema: Limit,
        headers: location,
      },
      201: { description: 'Set. It counts from now on.', schema: Limit, headers: location },
    },
    errors: ['limit_exceeded', 'unknown_asset'],
  },
  listLimits: {
    method: 'GET',
    path: '/api/v1/limits',
    summary: 'The limits of the tenant, by their names',
    description: 'Lists the limits with their settings, page by page.',
    access: 'tenant',
    query: LimitListFilter,
    successes: { 200: { description: 'A page.', schema: LimitList } },
    errors: [],
  },
  readLimit: {
    method: 'GET',
    path: '/api/v1/limits/{name}',
    summary: 'A limit, with its use in the current window',
    description: 'Returns a limit and its counters in the current window.',
    access: 'tenant',
    params: LimitParams,
    query: LimitCountersFilter,
    successes: { 200: { description: 'The limit with a page of its counters.', schema: CountedLimit } },
    errors: ['not_found'],
  },
  deleteLimit: {
    method: 'DELETE',
    path: '/api/v1/limits/{name}',
    summary: 'Delete a limit and its counters',
    description: 'Deletes a limit with its counters. Recorded usage is kept.',
    access: 'tenant',
    params: LimitParams,
    successes: { 204: { description: 'Deleted.' } },
    errors: ['not_found'],
  },
  listAgentLimits: {
    method: 'GET',
    path: '/api/v1/agents/{agent}/limits',
    summary: 'The limits that count usage of an agent, with their use in the current window',
    description: 'Lists the limits that apply to an agent, with the used and the remaining amount of each.',
    access: 'tenant',
    params: AgentParams,
    query: LimitListFilter,
    successes: { 200: { description: 'A page, by their names.', schema: AgentLimitList } },
    errors: [],
  },
  readAllowance: {
    method: 'GET',
    path: '/api/v1/agents/{agent}/allowance',
    summary: 'Whether usage of an agent would be recorded now, and if not, why; it reserves nothing',
    description:
      'Answers whether usage would be recorded now, with the limits that apply. Other usage may be recorded in between, so a client must still handle a refusal.',
    access: 'tenant',
    params: AgentParams,
    query: AllowanceFilter,
    successes: {
      200: {
        description: 'The answer; other usage may change it before the next request.',
        schema: Allowance,
      },
    },
    errors: [],
  },
} as const satisfies Record<string, OperationSpec>;
