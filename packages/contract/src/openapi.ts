import type { TSchema } from 'typebox';
import { bounds } from './bounds.ts';
import { type ErrorCode, type ErrorCodeEntry, errorCodeEntry } from './error-codes.ts';
import { exampleOf } from './example.ts';
import { ignoredHeader } from './ignored-names.ts';
import { Components } from './openapi-components.ts';
import { namesDescription } from './openapi-names.ts';
import { isForTenants, isTagged, isWrite, type OperationSpec, type Success } from './operation-spec.ts';
import { operations, tagOf, tags } from './operations.ts';
import { rightOf } from './rights.ts';
import { ErrorBody, ProblemBody } from './schemas/errors.ts';

/** A value of a JSON document. */
export type JsonObject = { readonly [name: string]: unknown };

const writeErrors: readonly ErrorCode[] = [
  'invalid_idempotency_key',
  'idempotency_key_required',
  'idempotency_key_in_future',
  'idempotency_conflict',
  'idempotency_key_expired',
  'storage_unavailable',
  'outcome_unknown',
  'overloaded',
  'shutting_down',
];
const bodyErrors: readonly ErrorCode[] = ['payload_too_large', 'unsupported_media_type', 'request_timeout'];
const closedBodyErrors: readonly ErrorCode[] = ['overloaded', 'quota_exceeded'];
const closedErrors: readonly ErrorCode[] = ['unauthorized', 'forbidden', 'rate_limited'];
const readErrors: readonly ErrorCode[] = ['storage_unavailable'];
const everyError: readonly ErrorCode[] = ['invalid_request', 'headers_too_large', 'internal_error'];

/** All error codes that an operation can answer with: those of its kind and those that only it has. */
function errorsOf(name: string, operation: OperationSpec): readonly ErrorCode[] {
  const codes = new Set<ErrorCode>([...everyError, ...operation.errors]);
  const add = (more: readonly ErrorCode[]) => {
    for (const code of more) codes.add(code);
  };
  if (operation.access !== 'open') add(closedErrors);
  if (isForTenants(operation)) add(['address_not_allowed']);
  if (isForTenants(operation) && isLimited(name)) add(['insufficient_scope']);
  if (operation.access !== 'open') add(isWrite(operation) ? writeErrors : readErrors);
  // The operator's operations also work while paused.
  if (isForTenants(operation) && isWrite(operation)) add(['service_paused', 'unknown_tenant']);
  // Also for operations without a body: the server checks a sent body before the operation.
  if (operation.method !== 'GET') add(bodyErrors);
  if (operation.method !== 'GET' && operation.access !== 'open') add(closedBodyErrors);
  return [...codes].sort();
}

/** Whether some API keys have no right to an operation. */
function isLimited(name: string): boolean {
  const right = rightOf(name);
  return (
    right !== undefined && !(right.scope === 'any' && right.agent === 'none' && right.serviceId === 'none')
  );
}

/** The OpenAPI 3.1 document of the server, made from the operations. */
export function openApiDocument(version: string): JsonObject {
  const paths: Record<string, Record<string, unknown>> = {};
  const components = new Components();
  for (const [name, operation] of Object.entries(operations)) {
    paths[operation.path] ??= {};
    Object.assign(paths[operation.path] ?? {}, {
      [operation.method.toLowerCase()]: operationObject(name, operation, components),
    });
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Billonce',
      version,
      summary: 'Metering and settlement, exactly once.',
      description: namesDescription,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: tags.map((name) => ({ name })),
    paths,
    components: {
      schemas: components.schemas(),
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
  };
}

function operationObject(name: string, operation: OperationSpec, components: Components): JsonObject {
  const parameters = [
    ...parameterList('path', operation.params),
    ...parameterList('query', operation.query),
    ...headerParameters(name, operation),
  ];
  return {
    operationId: name,
    tags: [tagOf(name)],
    summary: operation.summary,
    description: operation.description,
    security: securityOf(name, operation),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(operation.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { 'application/json': withExample(operation.body, components) },
          },
        }),
    responses: {
      ...successObjects(operation, components),
      ...(isTagged(operation) ? { 304: unchanged(operation) } : {}),
      ...errorObjects(name, operation, components),
    },
  };
}

/**
 * The security of an operation, with the scope that an API key needs (or one of two) as a role of OpenAPI 3.1. A key
 * without scopes has all of them.
 */
function securityOf(name: string, { access }: OperationSpec): JsonObject[] {
  if (access === 'open') return [];
  const { scope = 'any', orScope } = rightOf(name) ?? {};
  const roles = scope === 'any' ? [[]] : [[scope], ...(orScope === undefined ? [] : [[orScope]])];
  return roles.flatMap((each) => [{ apiKey: each }, { bearer: each }]);
}

function parameterList(place: 'path' | 'query', schema: TSchema | undefined): JsonObject[] {
  const properties: unknown = schema === undefined ? undefined : Reflect.get(schema, 'properties');
  if (schema === undefined || typeof properties !== 'object' || properties === null) return [];
  const required: unknown = Reflect.get(schema, 'required');
  return Object.entries(properties).map(([name, member]) => ({
    name,
    in: place,
    required: place === 'path' || (Array.isArray(required) && required.includes(name)),
    schema: member,
  }));
}

function headerParameters(name: string, operation: OperationSpec): JsonObject[] {
  const header = (field: string, description: string, required: boolean) => ({
    name: field,
    in: 'header',
    description,
    required,
    schema: { type: 'string' },
  });
  const list: JsonObject[] = [];
  if (isWrite(operation)) {
    list.push(header('Idempotency-Key', 'Names the operation; the same for every retry of it.', false));
  }
  if (name === 'readKeyState') list.push(header('Idempotency-Key', 'The key to look for.', true));
  if (isTagged(operation)) {
    list.push(header('If-None-Match', 'An `ETag` of this answer that the client has.', false));
  }
  if (isForTenants(operation)) {
    list.push(header('X-Tenant', 'The tenant that the admin key acts for.', false));
  }
  if (isForTenants(operation) && isWrite(operation)) {
    const description = '`true`: the tenant that the admin names in `X-Tenant` may be new.';
    list.push(header('X-Tenant-Create', description, false));
  }
  if (operation.takesIfMatch) list.push(header('If-Match', 'The `ETag` of a quote.', false));
  return list;
}

const requestId = {
  description: 'The id of the request: the one that the client sent, or one that the server made.',
  schema: { type: 'string', minLength: 1, maxLength: bounds.requestIdLength },
};

const ignoredNames = {
  description:
    'Names in the request that are unknown and were ignored, and misspelt guard headers. Sent only if there are any.',
  schema: { type: 'string' },
};

const rateLimitHeaders = Object.fromEntries(
  [
    [
      'RateLimit-Limit',
      'The cost that the tenant may spend in a window of the rate limit, which is a minute unless the operator sets another one.',
    ],
    ['RateLimit-Remaining', 'The cost that is left in this window.'],
    ['RateLimit-Reset', 'Seconds until the next window begins.'],
  ].map(([field, description]) => [
    field,
    {
      description: `${description} Sent if a limit is set.`,
      schema: { type: 'string', pattern: '^\\d+$' },
    },
  ]),
);

function commonHeaders(operation: OperationSpec): JsonObject {
  return {
    'X-Request-Id': requestId,
    'Server-Timing': { description: 'How long the parts of the request took.', schema: { type: 'string' } },
    ...(operation.access === 'open' ? {} : { ...rateLimitHeaders, [ignoredHeader]: ignoredNames }),
  };
}

const replayed = {
  description: 'Sent if this is the answer of an earlier request with the same key.',
  schema: { const: 'true' },
};

const retryAfter = {
  description: 'Seconds after which to resend the request.',
  schema: { type: 'string', pattern: '^\\d+$' },
};

function withExample(schema: TSchema, components: Components): JsonObject {
  return { schema: components.refer(schema), examples: { simple: { value: exampleOf(schema) } } };
}

const weakTag = 'Weak: while it is equal, the answer has not changed.';

function unchanged({ access, successes }: OperationSpec): JsonObject {
  return {
    description: 'The answer is one that `If-None-Match` names.',
    headers: {
      'X-Request-Id': requestId,
      ...(access === 'open' ? {} : { [ignoredHeader]: ignoredNames }),
      ETag: { description: successes[200]?.headers?.['ETag'] ?? weakTag, schema: { type: 'string' } },
    },
  };
}

function successObjects(operation: OperationSpec, components: Components): JsonObject {
  return Object.fromEntries(
    Object.entries(operation.successes).map(([status, success]) => [
      status,
      {
        description: success.description,
        headers: {
          ...commonHeaders(operation),
          ...(isWrite(operation) ? { 'Idempotency-Replayed': replayed } : {}),
          ...(isTagged(operation) ? { ETag: { description: weakTag, schema: { type: 'string' } } } : {}),
          ...Object.fromEntries(
            Object.entries(success.headers ?? {}).map(([field, description]) => [
              field,
              { description, schema: { type: 'string' } },
            ]),
          ),
        },
        ...contentObject(success, components),
      },
    ]),
  );
}

function contentObject({ schema, mediaType }: Success, components: Components): JsonObject {
  if (mediaType !== undefined) return { content: { [mediaType]: { schema: { type: 'string' } } } };
  return schema === undefined ? {} : { content: { 'application/json': withExample(schema, components) } };
}

function errorObjects(name: string, operation: OperationSpec, components: Components): JsonObject {
  const byStatus = new Map<number, [ErrorCode, ErrorCodeEntry][]>();
  for (const code of errorsOf(name, operation)) {
    const entry = errorCodeEntry(code);
    byStatus.set(entry.status, [...(byStatus.get(entry.status) ?? []), [code, entry]]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, rows]) => [
      status,
      {
        description: rows.map(([code, entry]) => `\`${code}\`: ${entry.title}.`).join(' '),
        headers: {
          'X-Request-Id': requestId,
          ...(operation.access === 'open' ? {} : { [ignoredHeader]: ignoredNames }),
          ...(status === 429 || status === 503 ? { 'Retry-After': retryAfter } : {}),
        },
        content: errorContent(rows, components),
      },
    ]),
  );
}

/** The two forms of an error, with the codes that it can have here. */
function errorContent(
  rows: readonly (readonly [ErrorCode, ErrorCodeEntry])[],
  components: Components,
): JsonObject {
  const codes = rows.map(([code]) => code);
  const [first] = rows;
  const message = first?.[1].title;
  const requestIdExample = '2f1c8a5e-7f0b-4c57-9f55-0d3b1c9f6a10';
  return {
    'application/json': {
      schema: {
        allOf: [components.refer(ErrorBody), { properties: { error: { enum: codes } } }],
      },
      examples: { simple: { value: { error: codes[0], message, requestId: requestIdExample } } },
    },
    'application/problem+json': {
      schema: {
        allOf: [components.refer(ProblemBody), { properties: { code: { enum: codes } } }],
      },
    },
  };
}
