import { isUtf8 } from 'node:buffer';
import { type Parameter, parametersIn, recordOf } from './document.ts';
import { breaches } from './keeping.ts';
import { strangersInBody, strangersInQuery } from './names.ts';
import type { FuzzRequest } from './request.ts';

/** A mistake in a part of a request, found with the document only. */
export interface RequestFault {
  readonly part: 'path' | 'query' | 'body';
  readonly statuses: readonly number[];
  /** JSON pointers of which the answer must name one; empty if there is no place to name */
  readonly pointers: readonly string[];
}

/** The limits of body sizes are not part of any document. */
const bodyBytesMax = 1_048_576;
const bulkBytesMax = 8 * bodyBytesMax;
const bodyLevelsMax = 64;
const segmentLengthMax = 1_024;

/** Judges the parts of a request by the schemas of the document. */
export function faultsOf(request: FuzzRequest): RequestFault[] {
  return [...faultsOfPath(request), ...faultsOfQuery(request), ...faultsOfBody(request)];
}

function faultsOfPath({ operation, params, rawPath }: FuzzRequest): RequestFault[] {
  if (rawPath !== undefined) return [];
  return parametersIn(operation, 'path').flatMap(({ name, schema }): RequestFault[] => {
    const sent = params.get(name) ?? '';
    const fault = (pointers: readonly string[]): RequestFault => ({
      part: 'path',
      // Without it, the path may be that of another operation.
      statuses: pointers.length > 0 ? [400] : [400, 404, 405],
      pointers,
    });
    const decoded = decode(sent);
    if (decoded === undefined || sent === '' || /[/?#]/.test(sent) || sent.length > segmentLengthMax) {
      return [fault([])];
    }
    if (breaches(schema, decoded).length === 0) return [];
    const isUnknown = schema['x-not-found-if-invalid'] === true;
    return isUnknown ? [{ part: 'path', statuses: [404], pointers: [] }] : [fault([`/${name}`])];
  });
}

function faultsOfQuery(request: FuzzRequest): RequestFault[] {
  const { operation, query } = request;
  // Probes and browsers call open operations and add unknown parameters.
  if (operation.isOpen) return [];
  const known = parametersIn(operation, 'query');
  const sent = new URLSearchParams(query.map((pair) => pair.join('=')).join('&'));
  const wrong = known.filter((parameter) => {
    const values = sent.getAll(parameter.name);
    if (values.length === 0) return parameter.isRequired;
    if (parameter.schema['x-clamped'] === true || parameter.schema['x-ignored-if-invalid'] === true)
      return false;
    return values.length > 1 || !keepsAsQuery(parameter, values[0] ?? '');
  });
  const { refused } = strangersInQuery(request);
  const pointers = [...wrong.map(({ name }) => `/${name}`), ...refused];
  return pointers.length > 0 ? [{ part: 'query', statuses: [400], pointers }] : [];
}

/** In a query, numbers are texts. */
function keepsAsQuery({ schema }: Parameter, text: string): boolean {
  const isNumber = schema['type'] === 'integer' && /^\d{1,16}$/.test(text);
  return breaches(schema, isNumber ? Number(text) : text).length === 0;
}

function faultsOfBody(request: FuzzRequest): RequestFault[] {
  const { operation, body } = request;
  const schema = operation.body;
  if (schema === undefined) return [];
  const fault = (status: number, pointers: readonly string[] = []): RequestFault[] => [
    { part: 'body', statuses: [status], pointers },
  ];
  const bytesMax = 'items' in recordOf(schema['properties']) ? bulkBytesMax : bodyBytesMax;
  if (body !== undefined && body.length > bytesMax) return fault(413);
  const value = body === undefined ? undefined : parsed(body);
  if (value === undefined) return fault(400);
  const pointers = [...breaches(schema, value.json), ...strangersInBody(request, value.json).refused];
  if (pointers.length > 0) return fault(400, pointers);
  if (isTooDeep(value.json)) return fault(400);
  return body !== undefined && hasRepeatedMember(body.toString(), value.json) ? fault(400) : [];
}

/**
 * Whether a body is nested more deeply than allowed. It checks level by level, because the body may be deeper than the
 * call stack.
 */
function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > bodyLevelsMax) return true;
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []));
  }
  return false;
}

/** Whether an object of a JSON text repeats a name: the parsed value then has fewer members than the text. */
function hasRepeatedMember(text: string, value: unknown): boolean {
  const named = [...text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:?)/gs)].filter(([, colon]) => colon === ':');
  return named.length !== membersIn(value);
}

/** It does not call itself, because a body may be nested more deeply than the call stack. */
function membersIn(value: unknown): number {
  let count = 0;
  const left = [value];
  for (let one = left.pop(); one !== undefined || left.length > 0; one = left.pop()) {
    if (typeof one !== 'object' || one === null) continue;
    const members = Object.values(one);
    if (!Array.isArray(one)) count += members.length;
    for (const member of members) left.push(member);
  }
  return count;
}

function parsed(body: Buffer): { readonly json: unknown } | undefined {
  if (!isUtf8(body)) return undefined;
  try {
    return { json: JSON.parse(body.toString()) };
  } catch {
    return undefined;
  }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** How many names of a request are ignored: unknown ones, and filters with an invalid value. */
export function ignoredIn(request: FuzzRequest): number {
  if (request.operation.isOpen) return 0;
  const value = request.body === undefined ? undefined : parsed(request.body);
  const strangers = strangersInQuery(request).ignored + strangersInBody(request, value?.json).ignored;
  return strangers + invalidFilters(request).length;
}

function invalidFilters({ operation, query }: FuzzRequest): Parameter[] {
  const sent = new URLSearchParams(query.map((pair) => pair.join('=')).join('&'));
  return parametersIn(operation, 'query').filter(({ name, schema }) => {
    if (schema['x-ignored-if-invalid'] !== true) return false;
    const [value = '', ...others] = sent.getAll(name);
    if (others.length > 0) return true;
    if (value === '') return false;
    return schema['type'] === 'integer'
      ? !Number.isInteger(Number(value))
      : breaches(schema, value).length > 0;
  });
}
