import { etag, type OperationSpec } from '../operation-spec.ts';
import { AccountParams } from '../schemas/identifiers.ts';
import { BillingTotal, Quote, QuoteFilter } from '../schemas/quotes.ts';

/** What is outstanding, and what it costs. */
export const quotesOperations = {
  readQuote: {
    method: 'GET',
    path: '/api/v1/billing/{agent}/{serviceId}',
    summary: 'What is outstanding on an account now, and what it costs',
    access: 'tenant',
    params: AccountParams,
    query: QuoteFilter,
    successes: { 200: { description: 'The quote.', schema: Quote, headers: etag } },
    errors: ['not_found', 'overloaded'],
  },
  readBillingTotal: {
    method: 'GET',
    path: '/api/v1/billing/total',
    summary: 'What is outstanding on all accounts',
    access: 'tenant',
    successes: { 200: { description: 'The sums.', schema: BillingTotal } },
    errors: ['overloaded'],
  },
} as const satisfies Record<string, OperationSpec>;
