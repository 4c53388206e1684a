import Type, { type Static, type TSchema } from 'typebox';
import type { ErrorCode } from './error-codes.ts';
import * as billing from './schemas/billing.ts';
import * as operation from './schemas/operation.ts';
import * as services from './schemas/services.ts';
import * as usage from './schemas/usage.ts';

/** Under this path every operation but the bare health check lives. */
export const basePath = '/api/v1';

/** Who may call: anybody, a tenant (or the admin in its name), or the admin alone. */
export type Access = 'open' | 'tenant' | 'admin';

/** A success of an operation. */
export interface Success {
  readonly description: string;
  /** absent when there is no body */
  readonly schema?: TSchema;
  /** response headers of this success, name to description */
  readonly headers?: Readonly<Record<string, string>>;
}

/** One operation of the HTTP API. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** parameters as `{name}` */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  readonly params?: TSchema;
  readonly query?: TSchema;
  readonly body?: TSchema;
  /** in bytes; 1 MiB unless it says otherwise */
  readonly bodyBytesMax?: number;
  readonly takesIfMatch?: true;
  readonly successes: Readonly<Record<number, Success>>;
  /** the errors of its own, besides those that every operation of its kind has */
  readonly errors: readonly ErrorCode[];
}

/** The bound of a body, in bytes, unless an operation has its own. */
export const bodyBytesMaxDefault = 1024 * 1024;

const bulkBytesMax = 8 * bodyBytesMaxDefault;
const location = { Location: 'The path of what was made.' };
const etag = { ETag: 'Strong: changes whenever the quote does; send it back as `If-Match`.' };
const weakEtag = { ETag: 'Weak: the list has not changed while it is the same.' };

/** The query of an operation that takes none: what is not known is refused, not ignored. */
export const NoQuery = Type.Object({}, { additionalProperties: false });

/** Every operation, by its name: routes, validation, types and the OpenAPI document are made from this. */
export const operations = {
  recordUsage: {
    method: 'POST',
    path: '/api/v1/usage',
    summary: 'Record usage of a service by an agent',
    access: 'tenant',
    body: usage.UsageItem,
    successes: {
      201: { description: 'Recorded.', schema: usage.UsageRecorded, headers: location },
      200: {
        description: 'This usage id was recorded before.',
        schema: usage.UsageRecorded,
        headers: location,
      },
    },
    errors: ['usage_id_conflict', 'limit_exceeded', 'event_too_old', 'event_in_future'],
  },
  recordUsageBulk: {
    method: 'POST',
    path: '/api/v1/usage/bulk',
    summary: 'Record many usage items, each with a result of its own',
    access: 'tenant',
    body: usage.UsageBulk,
    bodyBytesMax: bulkBytesMax,
    successes: {
      201: { description: 'A result for each item, in their order.', schema: usage.UsageBulkResults },
    },
    errors: [],
  },
  readAccount: {
    method: 'GET',
    path: '/api/v1/usage/{agent}/{serviceId}',
    summary: 'Outstanding requests of an account',
    access: 'tenant',
    params: usage.AccountParams,
    successes: { 200: { description: '0 when nothing is known.', schema: usage.AccountTotal } },
    errors: [],
  },
  listEntries: {
    method: 'GET',
    path: '/api/v1/entries',
    summary: 'Usage entries in the order in which they were recorded',
    access: 'tenant',
    query: usage.EntryFilter,
    successes: { 200: { description: 'A page; it may be short before the last.', schema: usage.EntryList } },
    errors: [],
  },
  readEntry: {
    method: 'GET',
    path: '/api/v1/entries/{id}',
    summary: 'One usage entry',
    access: 'tenant',
    params: usage.IdParams,
    successes: { 200: { description: 'The entry.', schema: usage.Entry } },
    errors: ['not_found'],
  },
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
    errors: [],
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
      200: { description: 'A page; it may be short before the last.', schema: billing.SettlementList },
    },
    errors: [],
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
  putService: {
    method: 'POST',
    path: '/api/v1/services',
    summary: 'Register a service, or change its price',
    access: 'tenant',
    body: services.ServicePut,
    successes: {
      201: { description: 'New.', schema: services.ServicePrice, headers: location },
      200: { description: 'Changed.', schema: services.ServicePrice, headers: location },
    },
    errors: [],
  },
  listServices: {
    method: 'GET',
    path: '/api/v1/services',
    summary: 'Services, by their ids',
    access: 'tenant',
    query: services.ServiceFilter,
    successes: { 200: { description: 'A page.', schema: services.ServiceList, headers: weakEtag } },
    errors: [],
  },
  readService: {
    method: 'GET',
    path: '/api/v1/services/{serviceId}',
    summary: 'One service',
    access: 'tenant',
    params: services.ServiceParams,
    successes: { 200: { description: 'The service.', schema: services.Service } },
    errors: ['not_found'],
  },
  readServiceUsage: {
    method: 'GET',
    path: '/api/v1/services/{serviceId}/usage',
    summary: 'Outstanding requests of a service over all agents',
    access: 'tenant',
    params: services.ServiceParams,
    successes: { 200: { description: 'The sum.', schema: services.ServiceUsage } },
    errors: [],
  },
  setPrice: {
    method: 'PATCH',
    path: '/api/v1/services/{serviceId}/price',
    summary: 'Set the price of what is recorded from now on',
    access: 'tenant',
    params: services.ServiceParams,
    body: services.PricePatch,
    successes: {
      200: { description: 'The price in force.', schema: services.ServicePrice, headers: location },
    },
    errors: ['not_found'],
  },
  createApiKey: {
    method: 'POST',
    path: '/api/v1/api-keys',
    summary: 'Make an API key; it is shown once',
    access: 'admin',
    body: operation.ApiKeyCreate,
    successes: { 201: { description: 'The key.', schema: operation.ApiKeyCreated } },
    errors: [],
  },
  listApiKeys: {
    method: 'GET',
    path: '/api/v1/api-keys',
    summary: 'API keys, without their secrets',
    access: 'admin',
    query: operation.ApiKeyFilter,
    successes: { 200: { description: 'A page.', schema: operation.ApiKeyList } },
    errors: [],
  },
  revokeApiKey: {
    method: 'DELETE',
    path: '/api/v1/api-keys/{prefix}',
    summary: 'Revoke an API key',
    access: 'admin',
    params: operation.ApiKeyParams,
    successes: { 204: { description: 'Revoked.' } },
    errors: ['not_found'],
  },
  readKeyState: {
    method: 'GET',
    path: '/api/v1/idempotency',
    summary: 'What became of the request with the Idempotency-Key that is sent along',
    access: 'tenant',
    successes: { 200: { description: 'What is kept of the key.', schema: operation.KeyState } },
    errors: ['not_seen', 'invalid_idempotency_key', 'idempotency_key_required'],
  },
  readAudit: {
    method: 'GET',
    path: '/api/v1/audit',
    summary: 'Recompute every total and bill from the entries',
    access: 'tenant',
    successes: { 200: { description: 'The finding.', schema: billing.Audit } },
    errors: [],
  },
  readHealthBare: {
    method: 'GET',
    path: '/health',
    summary: 'The process answers',
    access: 'open',
    successes: { 200: { description: 'It does.', schema: operation.Health } },
    errors: [],
  },
  readHealth: {
    method: 'GET',
    path: '/api/v1/health',
    summary: 'The process answers',
    access: 'open',
    successes: { 200: { description: 'It does.', schema: operation.Health } },
    errors: [],
  },
  readReady: {
    method: 'GET',
    path: '/api/v1/health/ready',
    summary: 'This instance takes writes',
    access: 'open',
    successes: { 200: { description: 'It does.', schema: operation.Ready } },
    errors: ['storage_unavailable', 'shutting_down'],
  },
  readErrorCode: {
    method: 'GET',
    path: '/api/v1/errors/{code}',
    summary: 'What an error code means: the page that the `type` of a problem names',
    access: 'open',
    params: operation.ErrorCodeParams,
    successes: { 200: { description: 'Its row of the table.', schema: operation.ErrorCodeRow } },
    errors: ['not_found'],
  },
  readOpenApi: {
    method: 'GET',
    path: '/api/v1/openapi.json',
    summary: 'This document',
    access: 'open',
    successes: { 200: { description: 'OpenAPI 3.1.' } },
    errors: [],
  },
} as const satisfies Record<string, Operation>;

/** The name of an operation. */
export type OperationName = keyof typeof operations;

/** The type of a part of an operation's request; `undefined` when it has no such part. */
export type RequestPart<
  N extends OperationName,
  P extends 'params' | 'query' | 'body',
> = (typeof operations)[N] extends { readonly [K in P]: infer S extends TSchema } ? Static<S> : undefined;

/** Looks up an operation by its name. */
export function operationOf(name: OperationName): Operation {
  return operations[name];
}

/** Whether an operation writes, and so takes an `Idempotency-Key`. */
export function isWrite(operation: Operation): boolean {
  return operation.method !== 'GET';
}
