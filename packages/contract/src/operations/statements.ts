import { attachment, type OperationSpec } from '../operation-spec.ts';
import { AgentParams } from '../schemas/agents.ts';
import { Statement, StatementFilter } from '../schemas/statements.ts';

/** Statements: what happened to an agent in a period. */
export const statementsOperations = {
  readStatement: {
    method: 'GET',
    path: '/api/v1/agents/{agent}/statement',
    summary:
      'The statement of an agent for a period: grants, usage, bills and what is left, over all services',
    description:
      'Shows the grants, usage, bills and remaining money of an agent between two times. It is not a bill and settles nothing.',
    access: 'tenant',
    params: AgentParams,
    query: StatementFilter,
    successes: { 200: { description: 'The statement.', schema: Statement } },
    errors: ['overloaded', 'limit_exceeded'],
  },
  exportStatementCsv: {
    method: 'GET',
    path: '/api/v1/agents/{agent}/statement.csv',
    summary: 'The statement of an agent as CSV (RFC 4180); its last row has the sums of the amount columns',
    description: 'Returns the same statement as CSV.',
    access: 'tenant',
    params: AgentParams,
    query: StatementFilter,
    successes: { 200: { description: 'The statement.', mediaType: 'text/csv', headers: attachment } },
    errors: ['overloaded', 'limit_exceeded'],
  },
  printStatement: {
    method: 'GET',
    path: '/api/v1/agents/{agent}/statement.html',
    summary: 'The statement of an agent as a page to print',
    description: 'Returns the same statement as an HTML page for printing.',
    access: 'tenant',
    params: AgentParams,
    query: StatementFilter,
    successes: { 200: { description: 'The page.', mediaType: 'text/html' } },
    errors: ['overloaded', 'limit_exceeded'],
  },
} as const satisfies Record<string, OperationSpec>;
