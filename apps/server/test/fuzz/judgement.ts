import { undocumentedIn } from '../harness/documented.ts';
import type { RawAnswer } from '../harness/raw-http.ts';
import { documents, listOf, recordOf } from './document.ts';
import { faultsOf, ignoredIn, type RequestFault } from './faults.ts';
import type { Mutated } from './mutation.ts';
import { type FuzzRequest, targetOf } from './request.ts';

/**
 * Rules that no schema can express, so a request may be refused although it matches the schemas. The key is the pointer
 * that the refusal names.
 */
const beyondSchemas =
  /^\/(?:url|owner|from|priceStroops|price|per|period|tiers|tiers\/\d+\/(?:upTo|price)|requests|quantity|amount|expectedAmount|max\/(?:quantity|amount|asset)|description|cursor|expiresAt|effectiveFrom|rateLimitPerWindow|rateLimitWindowMs|allowedAddresses\/\d+|items\/\d+)$/;

/** Everything that is wrong with the answer to a request; empty if it is right. */
export function complaints(mutated: Mutated, answer: RawAnswer, fixedSegments: readonly string[]): string[] {
  const { request } = mutated;
  const { status } = answer;
  const found = [...complaintsOfForm(request, answer)];
  if (!(status >= 200 && status < 500)) found.push(`the status is ${status}`);
  if (isRouted(request, fixedSegments) && !documents(request.operation, status)) {
    found.push(`the status ${status} is not documented for ${request.operation.id}`);
  } else if (isRouted(request, fixedSegments)) found.push(...undocumented(request, answer));
  if (mutated.statuses === 'any') return found;
  const faults = faultsOf(request);
  if (status < 300 && isRouted(request, fixedSegments)) found.push(...complaintsOfIgnored(request, answer));
  const wanted = [...(mutated.statuses ?? []), ...faults.flatMap((fault) => fault.statuses)];
  if (wanted.length > 0) found.push(...complaintsOfFaults(faults, wanted, answer));
  else if (isRouted(request, fixedSegments)) found.push(...complaintsOfRefusal(answer));
  return found;
}

/** The parts of an answer, its headers and members that the document does not describe. */
function undocumented(request: FuzzRequest, { status, headers, body }: RawAnswer): string[] {
  return undocumentedIn({
    method: request.method,
    target: targetOf(request),
    status,
    headers: new Headers([...headers]),
    text: body,
  });
}

/** Whether the target of a request still belongs to its operation. */
function isRouted({ operation, method, params, rawPath }: FuzzRequest, fixed: readonly string[]): boolean {
  const segments = [...params.values()];
  const isOther = (segment: string) => segment === '' || /[/?#]/.test(segment) || fixed.includes(segment);
  return rawPath === undefined && method === operation.method && !segments.some(isOther);
}

/** Checks the form of every answer: an id, no internals, and the three members of an error. */
export function complaintsOfForm(request: FuzzRequest | undefined, answer: RawAnswer): string[] {
  const { status, headers, body } = answer;
  const found: string[] = [];
  const requestId = headers.get('x-request-id');
  if (requestId === undefined || !/^[\x21-\x7e]{1,200}$/.test(requestId)) found.push('it has no request id');
  if (headers.has('x-injected')) found.push('a header was injected');
  if (status < 400 || request?.method === 'HEAD') return found;
  const json = jsonOf(body);
  const isProblem = headers.get('content-type')?.startsWith('application/problem+json') === true;
  const members = isProblem ? ['code', 'detail', 'requestId', 'type'] : ['error', 'message', 'requestId'];
  for (const member of members) {
    if (typeof json[member] !== 'string' || json[member] === '') found.push(`the error has no ${member}`);
  }
  if (json['requestId'] !== requestId) found.push('body and header name different request ids');
  if (/node_modules|\.ts:\d|SQLITE|Error:/.test(body)) found.push('it shows the inside of the server');
  return found;
}

function complaintsOfFaults(
  faults: readonly RequestFault[],
  wanted: readonly number[],
  answer: RawAnswer,
): string[] {
  const { status, body } = answer;
  const json = jsonOf(body);
  if (hasRefusedItems(faults, json)) return [];
  if (isBeyondSchemas(answer)) return [];
  if (!wanted.includes(status)) return [`the status is ${status}, and not one of ${wanted.join(', ')}`];
  const [fault, ...others] = faults;
  const isSaid = json['error'] === 'invalid_request' || json['code'] === 'invalid_request';
  if (fault === undefined || others.length > 0 || fault.pointers.length === 0 || !isSaid) return [];
  const named = pointersIn(json);
  const isNamed = fault.pointers.some((pointer) => named.some((one) => isNear(shortened(pointer), one)));
  return isNamed
    ? []
    : [`it names ${named.join(', ') || 'nothing'}, and not ${fault.pointers.slice(0, 5).join(', ')}`];
}

/** Every ignored name is listed, and no other name. */
function complaintsOfIgnored(request: FuzzRequest, { headers }: RawAnswer): string[] {
  const listed = headers.get('ignored-parameters');
  const ignored = ignoredIn(request);
  if (ignored === 0) return listed === undefined ? [] : [`it lists ${listed}, and nothing was to be ignored`];
  if (listed === undefined) return [`${ignored} names were ignored, and none is listed`];
  if (listed.length > 2_000 || !/^[\x21-\x7e]+(?:, [\x21-\x7e]+)*$/.test(listed))
    return [`it lists ${listed}`];
  const names = listed.split(', ').filter((name) => name !== '...');
  return names.length === Math.min(ignored, 16) ? [] : [`of ${ignored} ignored names it lists ${listed}`];
}

/** The answer to a request without a mistake depends on the books, not on its form. */
function complaintsOfRefusal(answer: RawAnswer): string[] {
  const { status } = answer;
  if (![400, 413, 415, 431].includes(status) || isBeyondSchemas(answer)) return [];
  return [`the status is ${status} although nothing is wrong with the request`];
}

function isBeyondSchemas({ status, body }: RawAnswer): boolean {
  const named = pointersIn(jsonOf(body));
  return status === 400 && named.length > 0 && named.every((pointer) => beyondSchemas.test(pointer));
}

/** In a bulk each item is judged separately: the answer may be a success that lists the refused ones. */
function hasRefusedItems(faults: readonly RequestFault[], json: Readonly<Record<string, unknown>>): boolean {
  const results = listOf(json['results']);
  if (results.length === 0) return false;
  return faults.every((fault) =>
    fault.pointers.every((pointer) => {
      const index = /^\/items\/(\d+)/.exec(pointer)?.[1];
      return index !== undefined && recordOf(results[Number(index)])['ok'] === false;
    }),
  );
}

/** The server shortens the client's own names in messages. */
function shortened(pointer: string): string {
  return pointer.slice(0, 60);
}

function isNear(wanted: string, named: string): boolean {
  return named.startsWith(wanted) || wanted.startsWith(named);
}

function pointersIn(json: Readonly<Record<string, unknown>>): string[] {
  return listOf(json['faults']).map((fault) => String(recordOf(fault)['pointer']));
}

export function jsonOf(body: string): Readonly<Record<string, unknown>> {
  try {
    return recordOf(JSON.parse(body));
  } catch {
    return {};
  }
}
