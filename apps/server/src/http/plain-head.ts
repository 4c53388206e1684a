import { largeFrom } from './body/json-body.ts';
import { isAddedByProxies } from './origin-guard.ts';

/** What the front route reads of the head of a request. */
export interface PlainHead {
  readonly host: string;
  /** the value of the one `Idempotency-Key` */
  readonly key: string;
  readonly bodyBytes: number;
  readonly apiKey: string | undefined;
  readonly authorization: string | undefined;
  readonly forwardedFor: string | undefined;
  readonly requestId: string | undefined;
  readonly accept: string | undefined;
}

/** Fields whose values are read, in the order in which they are taken apart below. A request that repeats one is not plain. */
const readFields: readonly string[] = [
  'host',
  'content-type',
  'content-length',
  'idempotency-key',
  'x-api-key',
  'authorization',
  'x-forwarded-for',
  'x-request-id',
  'accept',
];

/** Fields that change how a request is read or answered, and are rare. */
const specialFields: ReadonlySet<string> = new Set([
  'content-encoding',
  'expect',
  'if-match',
  'origin',
  'sec-fetch-site',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'x-tenant',
]);

/** What a field is to the front route: the number of one that is read, or a word. */
type Role = number | 'special' | 'of_proxies' | 'none';

/** Clients send the same few names, so that each is judged once. */
const roles = new Map<string, Role>();
const rolesMax = 1_000;
const keptNameLengthMax = 64;

/**
 * Reads the head of a request, each field once. `undefined` for a request that is not plain: with a field that is special, that is repeated
 * or missing, or with a large body.
 *
 * @param mayBeProxied whether fields that proxies add are accepted
 */
export function plainHead(rawHeaders: readonly string[], mayBeProxied: boolean): PlainHead | undefined {
  const values: (string | undefined)[] = [];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const role = roleOf(rawHeaders[at] ?? '');
    if (role === 'none') continue;
    if (role === 'of_proxies' && mayBeProxied) continue;
    if (typeof role !== 'number' || values[role] !== undefined) return undefined;
    values[role] = rawHeaders[at + 1];
  }
  const [host, contentType, contentLength, key, apiKey, authorization, forwardedFor, requestId, accept] =
    values;
  const bodyBytes = smallLength(contentLength);
  if (host === undefined || key === undefined || bodyBytes === undefined || !isJson(contentType))
    return undefined;
  if (forwardedFor !== undefined && !mayBeProxied) return undefined;
  return { host, key, bodyBytes, apiKey, authorization, forwardedFor, requestId, accept };
}

function roleOf(name: string): Role {
  const known = roles.get(name);
  if (known !== undefined) return known;
  const role = judge(name.toLowerCase());
  if (roles.size < rolesMax && name.length <= keptNameLengthMax) roles.set(name, role);
  return role;
}

function judge(name: string): Role {
  const read = readFields.indexOf(name);
  if (read >= 0) return read;
  if (specialFields.has(name)) return 'special';
  return isAddedByProxies(name) ? 'of_proxies' : 'none';
}

/** The length of a body that is not empty and is parsed at once. */
function smallLength(value: string | undefined): number | undefined {
  if (value === undefined || value.length > 4) return undefined;
  const length = Number(value);
  return length > 0 && length <= largeFrom ? length : undefined;
}

/** The spellings that clients send; the framework reads the others. */
function isJson(value: string | undefined): boolean {
  return value === 'application/json' || value === 'application/json; charset=utf-8';
}
