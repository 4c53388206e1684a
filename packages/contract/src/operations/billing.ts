import * as billing from '../schemas/billing.ts';
import * as usage from '../schemas/usage.ts';
import { attachment, etag, location, type Operation } from './operation.ts';

/** Quotes, settlements and the audit. */
export const billingOperations = {
  readQuote: {
    method: 'GET',
    path: '/api/v1/billing/{agent}/{serviceId}',
    summary: 'What is outstanding on an account now, and what it costs',
    access: 'tenant',
    params: usage.AccountParams,
    successes: { 200: { description: 'The quote.', schema: billing.Quote, headers: etag } },
    errors: ['not_found'],
  },
  readBillingTotal: {
    method: 'GET',
    path: '/api/v1/billing/total',
    summary: 'What is outstanding on all accounts',
    access: 'tenant',
    successes: { 200: { description: 'The sums.', schema: billing.BillingTotal } },
    errors: ['overloaded'],
  },
  settle: {
    method: 'POST',
    path: '/api/v1/settle',
    summary: 'Bill what is outstanding on an account, once',
    access: 'tenant',
    body: billing.SettleRequest,
    takesIfMatch: true,
    successes: {
      200: {
        description: 'Settled; with nothing outstanding no settlement is made.',
        schema: billing.Settled,
        headers: location,
      },
    },
    errors: ['not_found', 'quote_changed', 'limit_exceeded'],
  },
  settleBulk: {
    method: 'POST',
    path: '/api/v1/settle/bulk',
    summary: 'Bill every account of an agent, in one commit',
    access: 'tenant',
    body: billing.SettleBulkRequest,
    successes: { 200: { description: 'A bill for each account.', schema: billing.SettledBulk } },
    errors: ['limit_exceeded'],
  },
  listSettlements: {
    method: 'GET',
    path: '/api/v1/settlements',
    summary: 'Settlements in the order in which they were made',
    access: 'tenant',
    query: billing.SettlementFilter,
    successes: {
      200: {
        description: 'A page; it may be short before the last.',
        schema: billing.SettlementList,
      },
    },
    errors: ['overloaded'],
  },
  readSettlement: {
    method: 'GET',
    path: '/api/v1/settlements/{id}',
    summary: 'One settlement',
    access: 'tenant',
    params: usage.IdParams,
    successes: { 200: { description: 'The immutable bill.', schema: billing.Settlement } },
    errors: ['not_found'],
  },
  listSettlementEntries: {
    method: 'GET',
    path: '/api/v1/settlements/{id}/entries',
    summary: 'Exactly the entries that a settlement covers',
    access: 'tenant',
    params: usage.IdParams,
    query: usage.PageFilter,
    successes: {
      200: {
        description: 'A page, in the order of the account.',
        schema: usage.EntryList,
      },
    },
    errors: ['not_found', 'overloaded'],
  },
  exportSettlementsCsv: {
    method: 'GET',
    path: '/api/v1/settlements.csv',
    summary: 'All settlements that the filters take, streamed as CSV (RFC 4180)',
    access: 'tenant',
    query: billing.SettlementExport,
    successes: {
      200: { description: 'What was settled until now.', mediaType: 'text/csv', headers: attachment },
    },
    errors: ['overloaded'],
  },
  readAudit: {
    method: 'GET',
    path: '/api/v1/audit',
    summary: 'Recompute every total and bill from the entries, and look for missing administrative acts',
    access: 'tenant',
    successes: { 200: { description: 'The finding.', schema: billing.Audit } },
    errors: ['overloaded'],
  },
} as const satisfies Record<string, Operation>;
