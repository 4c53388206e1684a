import { etag, type OperationSpec } from '../operation-spec.ts';
import { AgentParams } from '../schemas/agents.ts';
import { AccountParams } from '../schemas/identifiers.ts';
import { PageFilter } from '../schemas/pages.ts';
import { AgentQuote, BillingTotal, Quote, QuoteFilter } from '../schemas/quotes.ts';

/** Outstanding usage, and its cost. */
export const quotesOperations = {
  readQuote: {
    method: 'GET',
    path: '/api/v1/billing/{agent}/{serviceId}',
    summary: 'Outstanding usage of an account now, and its cost',
    description:
      'Shows the lines, the carried credit and the amount that a settlement would bill now. Send its `ETag` as `If-Match`, or its `through` and amount, with a settlement to bill exactly this quote.',
    access: 'tenant',
    params: AccountParams,
    query: QuoteFilter,
    successes: { 200: { description: 'The quote.', schema: Quote, headers: etag } },
    errors: ['not_found', 'overloaded'],
  },
  readAgentQuote: {
    method: 'GET',
    path: '/api/v1/agents/{agent}/quote',
    summary: 'Outstanding usage of an agent now, by service, and its total cost',
    description: 'Shows the quotes of all accounts of an agent, and their sums by asset.',
    access: 'tenant',
    params: AgentParams,
    query: PageFilter,
    successes: { 200: { description: 'A page of quotes, and the sums of all of them.', schema: AgentQuote } },
    errors: ['overloaded'],
  },
  readBillingTotal: {
    method: 'GET',
    path: '/api/v1/billing/total',
    summary: 'Outstanding usage of all accounts',
    description: 'Sums the outstanding requests and their cost over all accounts of the tenant.',
    access: 'tenant',
    successes: { 200: { description: 'The sums.', schema: BillingTotal } },
    errors: ['overloaded'],
  },
} as const satisfies Record<string, OperationSpec>;
