import {
  compilePathReader,
  compileQueryReader,
  compileReader,
  type IgnoredNames,
  type KnownName,
  knownName,
  NoMembers,
  namesOf,
  type OperationName,
  type OperationSpec,
  type ReadPath,
  type RequestPart,
} from '@billonce/contract';
import type { FastifyRequest } from 'fastify';
import { ApiError } from './api-error.ts';
import { headersNotSent, noteMisspeltHeaders } from './misspelt-headers.ts';

/** The parts of a request, read by the schemas of its operation. */
export interface RequestParts<N extends OperationName> {
  readonly params: RequestPart<N, 'params'>;
  readonly query: RequestPart<N, 'query'>;
  readonly body: RequestPart<N, 'body'>;
  /** the body as it was sent; '' if there was none */
  readonly bodyText: string;
}

/** Reads the parts of a request, and refuses it with the place of every fault. */
export type RequestReader = <N extends OperationName>(
  request: FastifyRequest,
  ignored: IgnoredNames,
) => RequestParts<N>;

const readers = new Map<OperationSpec, RequestReader>();

/** The reader of an operation. Its schemas are compiled when it is used first, once in a process: a start does not wait for all of them. */
export function requestReader(operation: OperationSpec): RequestReader {
  const reader = readers.get(operation) ?? newReader(operation);
  readers.set(operation, reader);
  return reader;
}

function newReader(operation: OperationSpec): RequestReader {
  const params = operation.params && compilePathReader(operation.params);
  // Probes and browsers call open operations, and add any parameters.
  const query = operation.access === 'open' ? undefined : compileQueryReader(operation.query ?? NoMembers);
  const body = compileReader(operation.body ?? NoMembers);
  const meant = elsewhereIn(operation);
  return <N extends OperationName>(request: FastifyRequest, ignored: IgnoredNames): RequestParts<N> => {
    const sent = request.jsonBody;
    noteMisspeltHeaders(operation, request, ignored);
    const parts = {
      params: params && accepted(params(request.params), 'the path'),
      query:
        query &&
        accepted(query(request.query, { ignored, elsewhere: () => meant.fromQuery(request) }), 'the query'),
      body:
        operation.body || isObject(sent?.value)
          ? accepted(body(sent?.value, { ignored, elsewhere: () => meant.fromBody(request) }), 'the body')
          : undefined,
      bodyText: sent?.text ?? '',
    };
    return parseParts<N>(parts);
  };
}

/** The names of the other parts of a request that were not sent: a name unknown here may be meant for them. */
function elsewhereIn(operation: OperationSpec) {
  const inQuery = namesOf(operation.query).map((name) => knownName(name, `the query parameter ${name}`));
  const inBody = namesOf(operation.body).map((name) => knownName(name, `the member ${name} of the body`));
  return {
    fromQuery: ({ jsonBody, headers }: FastifyRequest) => [
      ...notSent(inBody, jsonBody?.value),
      ...headersNotSent(operation, headers),
    ],
    fromBody: ({ query, headers }: FastifyRequest) => [
      ...notSent(inQuery, query),
      ...headersNotSent(operation, headers),
    ],
  };
}

function notSent(names: readonly KnownName[], sent: unknown): readonly KnownName[] {
  return isObject(sent) ? names.filter(({ name }) => !Object.hasOwn(sent, name)) : names;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The types of the contract and its readers come from the same schemas, which TypeScript cannot see here. */
function parseParts<N extends OperationName>(parts: Record<keyof RequestParts<N>, unknown>): RequestParts<N> {
  return parts as RequestParts<N>;
}

function accepted(validated: ReadPath<unknown>, part: string): unknown {
  if (validated.kind === 'valid') return validated.value;
  if (validated.kind === 'unknown') throw new ApiError('not_found', `${part} does not exist`);
  const [first] = validated.faults;
  const hint = first === undefined ? '' : `: ${first.pointer} ${first.message}`;
  throw new ApiError('invalid_request', `${part} is not valid${hint}`, { faults: validated.faults });
}
