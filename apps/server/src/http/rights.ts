import { type Naming, type Right, rightOf } from '@billonce/contract';
import type { KeyRights } from '../domain/api-key.ts';
import { ApiError } from './api-error.ts';

/** What an API key may be bound to: the member of a request that names it, and a word for it. */
const bindings = [
  { member: 'agent', word: 'agent' },
  { member: 'serviceId', word: 'service' },
] as const;

type Binding = (typeof bindings)[number];

/** The parts of a request in which it names agents and services. */
interface NamingParts {
  readonly params: unknown;
  readonly query: unknown;
  readonly body: unknown;
}

/**
 * Refuses a request that the API key has no right to, judged by method and path, before a body is read. A replay is
 * refused, too: the idempotency key is looked up later.
 *
 * @throws {ApiError} `insufficient_scope`
 */
export function refuseByPath(rights: KeyRights, operationName: string, params: unknown): void {
  const right = rightOf(operationName);
  if (right === undefined) return;
  refuseByScope(rights, right);
  for (const binding of bindings) {
    const bound = rights[binding.member];
    if (bound === undefined) continue;
    const naming = right[binding.member];
    if (naming === 'all') throw notOneOnly(binding, bound);
    if (naming === 'path') refuseOther(binding, bound, memberOf(params, binding), 'the path');
  }
}

/**
 * Refuses a request that the API key has no right to, judged by the validated parts of the request.
 *
 * @throws {ApiError} `insufficient_scope`
 */
export function refuseByParts(rights: KeyRights, operationName: string, parts: NamingParts): void {
  const right = rightOf(operationName);
  if (right === undefined) return;
  for (const binding of bindings) {
    const bound = rights[binding.member];
    if (bound !== undefined) refuseNaming(right[binding.member], binding, bound, parts);
  }
}

/** Whether an API key may see something that was found by its id. */
export function maySee(
  { agent, serviceId }: KeyRights,
  found: { readonly agent: string; readonly serviceId: string },
): boolean {
  return (agent ?? found.agent) === found.agent && (serviceId ?? found.serviceId) === found.serviceId;
}

function refuseNaming(
  naming: Naming,
  binding: Binding,
  bound: string,
  { params, query, body }: NamingParts,
): void {
  switch (naming) {
    case 'path':
      refuseOther(binding, bound, memberOf(params, binding), 'the path');
      return;
    case 'query':
      refuseOther(binding, bound, memberOf(query, binding), 'the query');
      return;
    case 'body':
      refuseOther(binding, bound, memberOf(body, binding), 'the body');
      return;
    case 'items':
      for (const [index, item] of itemsOf(body).entries()) {
        const named = memberOf(item, binding);
        // An item that names none is invalid, and its result reports that.
        if (typeof named === 'string') refuseOther(binding, bound, named, `item ${index}`);
      }
      return;
    case 'found':
    case 'none':
    case 'all':
      return;
  }
}

/** Whether an API key may see what is for those who manage the books. */
export function mayManage({ scopes }: Pick<KeyRights, 'scopes'>): boolean {
  return scopes === undefined || scopes.includes('manage');
}

function refuseByScope({ scopes }: KeyRights, { scope, orScope }: Right): void {
  if (scope === 'any' || scopes === undefined || scopes.includes(scope)) return;
  if (orScope !== undefined && scopes.includes(orScope)) return;
  throw new ApiError('insufficient_scope', `this requires an API key with the scope ${scope}`, {
    members: { requiredScope: scope },
    // RFC 6750, section 3.1.
    headers: {
      'www-authenticate': `Bearer realm="billonce", error="insufficient_scope", scope="${scope}"`,
    },
  });
}

function refuseOther(binding: Binding, bound: string, named: unknown, place: string): void {
  if (named === bound) return;
  const { member, word } = binding;
  const message = `this API key is bound to the ${word} ${bound}, which ${place} must name as ${member}`;
  throw boundElsewhere(binding, bound, message);
}

function notOneOnly(binding: Binding, bound: string): ApiError {
  const { word } = binding;
  const message = `this API key is bound to the ${word} ${bound}, and this request covers more than one ${word}`;
  return boundElsewhere(binding, bound, message);
}

function boundElsewhere({ member }: Binding, bound: string, message: string): ApiError {
  return new ApiError('insufficient_scope', message, { members: { boundTo: { [member]: bound } } });
}

function memberOf(part: unknown, { member }: Binding): unknown {
  if (typeof part !== 'object' || part === null || !Object.hasOwn(part, member)) return undefined;
  return Reflect.get(part, member);
}

function itemsOf(body: unknown): readonly unknown[] {
  const items: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'items') : undefined;
  return Array.isArray(items) ? items : [];
}
