import { documents } from './document.ts';
import type { Mutate, Mutated } from './mutation.ts';
import { type FuzzRequest, type Pair, withHeader, withoutHeader } from './request.ts';

const invalidKeys = [
  '',
  'a,b',
  'a b',
  '"unterminated',
  '"a" "b"',
  '"a";p=1',
  'k'.repeat(256),
  `"${'k'.repeat(256)}"`,
  '""',
  'k\u00e9y',
  'a\tb',
  '"a\\b"',
];

/** The Idempotency-Key is invalid or repeated. */
export const changeKey: Mutate = (request, { random }) => {
  if (!request.operation.takesKey) return undefined;
  const statuses = [400];
  const twice = random.below(6) === 0;
  if (twice) {
    const headers: Pair[] = [...request.headers, ['Idempotency-Key', 'one'], ['idempotency-key', 'one']];
    return { what: 'two keys', request: { ...request, headers }, statuses };
  }
  const key = random.pick(invalidKeys);
  return { what: `key ${key.slice(0, 40)}`, request: withHeader(request, 'Idempotency-Key', key), statuses };
};

/** A valid key, but with a time at which it cannot have been made. */
export const datedKey: Mutate = (request, { random }) => {
  if (!request.operation.takesKey) return undefined;
  const tail = `-7abc-8abc-${String(random.below(1e9)).padStart(12, '0')}`;
  const [what, key, status] = random.pick([
    ['of the year 10889', `ffffffff-ffff${tail}`, 400],
    ['of 1970', `00000000-0001${tail}`, 410],
  ] as const);
  // A known id of usage or of a hold is answered before the age of the key is checked.
  const { path } = request.operation;
  const hasIds = path.startsWith('/api/v1/usage') || path.startsWith('/api/v1/holds');
  return {
    what: `key ${what}`,
    request: withHeader(request, 'Idempotency-Key', key),
    statuses: hasIds ? 'any' : [status],
  };
};

const otherMediaTypes = [
  '',
  'text/plain',
  'text/json',
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/jsonp',
  'application/problem+json',
  'application/json-patch+json',
  ';;;',
  'json',
  '*/*',
];

/** The media type is wrong or missing. */
export const changeMediaType: Mutate = (request, { random }) => {
  if (request.body === undefined) return undefined;
  if (random.below(5) === 0) {
    return { what: 'no media type', request: withoutHeader(request, 'Content-Type'), statuses: [415] };
  }
  const type = random.pick(otherMediaTypes);
  return { what: `media type ${type}`, request: withHeader(request, 'Content-Type', type), statuses: [415] };
};

/** The media type is JSON, but in an unusual spelling. */
export const spellMediaType: Mutate = (request, { random }) => {
  if (request.body === undefined) return undefined;
  const charset = random.pick(['', '; charset=utf-8', ';charset="UTF-8"', '; charset=utf-8; q=1']);
  const type = random.pick(['application/json', 'Application/JSON', 'application/json ']) + charset;
  return { what: `media type ${type}`, request: withHeader(request, 'Content-Type', type) };
};

export const addCoding: Mutate = (request, { random }) => {
  if (request.body === undefined) return undefined;
  const coding = random.pick(['gzip', 'br', 'deflate', 'zstd', 'GZIP', 'identity, gzip', 'x', 'gzip, gzip']);
  return {
    what: `coding ${coding}`,
    request: withHeader(request, 'Content-Encoding', coding),
    statuses: [415],
  };
};

/**
 * Credentials that are invalid, belong to another caller, or are repeated. They are also sent where none are required.
 */
export const changeCredentials: Mutate = (request, { random }) => {
  const bare = withoutHeader(withoutHeader(request, 'X-API-Key'), 'Authorization');
  const refused = (what: string, headers: readonly Pair[], ...statuses: number[]): Mutated => ({
    what,
    request: { ...bare, headers: [...bare.headers, ...headers] },
    statuses: request.operation.isOpen ? 'any' : statuses,
  });
  const unknown = `apk_${'0'.repeat(32)}`;
  return random.pick([
    refused(
      'both API keys',
      [
        ['X-API-Key', unknown],
        ['Authorization', `Bearer ${unknown}`],
      ],
      400,
    ),
    refused('an unknown API key', [['X-API-Key', unknown]], 401),
    refused('an empty API key', [['X-API-Key', '']], 401),
    refused(
      'two API keys',
      [
        ['X-API-Key', unknown],
        ['X-API-Key', unknown],
      ],
      400,
    ),
    refused('an API key of 8,000', [['X-API-Key', 'k'.repeat(8_000)]], 401),
    refused('an API key beyond ASCII', [['X-API-Key', '\u00ff\u00fe']], 401),
    refused('Basic', [['Authorization', 'Basic YTpi']], 401),
    refused('Bearer of nothing', [['Authorization', 'Bearer ']], 401),
    refused('an unknown bearer', [['Authorization', `bearer ${unknown}`]], 401),
    refused('a tenant of no name', [...keysOf(request), ['X-Tenant', 'a::x']], 400),
    refused('a tenant of U+00E9', [...keysOf(request), ['X-Tenant', '\u00e9']], 400),
    refused('the tenant $admin', [...keysOf(request), ['X-Tenant', '$admin']], 400),
  ]);
};

function keysOf({ headers }: FuzzRequest): Pair[] {
  return headers.filter(([name]) => name === 'X-API-Key' || name === 'Authorization');
}

const oddHeaders: readonly Pair[] = [
  ['X-Request-Id', ''],
  ['X-Request-Id', 'x'.repeat(201)],
  ['X-Request-Id', 'a b'],
  ['X-Request-Id', '\u00ff'],
  ['X-Request-Id', '"><script>'],
  ['Accept', 'image/png'],
  ['Accept', ';;;,,,'],
  ['Accept', 'application/problem+json'],
  ['Accept', '*/*;q=0'],
  ['Accept-Encoding', 'gzip;q=1, *;q=0'],
  ['Accept-Charset', 'utf-7'],
  ['If-None-Match', '*'],
  ['If-None-Match', '"'],
  ['If-Modified-Since', 'yesterday'],
  ['Range', 'bytes=0-1'],
  ['Cookie', 'a=b; __proto__=c'],
  ['Forwarded', 'for="[::1]"'],
  ['X-Forwarded-For', '1.2.3.4, , \u00ff'],
  ['X-Forwarded-Host', 'elsewhere.example'],
  ['X-HTTP-Method-Override', 'DELETE'],
  ['Upgrade', 'websocket'],
  ['Upgrade', 'h2c'],
  ['TE', 'trailers, deflate;q=0.5'],
  ['Trailer', 'Idempotency-Key'],
  ['Max-Forwards', '-1'],
  ['Expect', '100-continue'],
  ['Sec-Fetch-Site', 'same-origin'],
  ['Origin', 'http://localhost'],
  ['traceparent', '00-zz-zz-01'],
  ['Traceparent', `00-${'a'.repeat(5_000)}`],
];

const ofProxies = /^(?:Forwarded|X-Forwarded-)/;

/**
 * An unknown header, or one with an odd value, must not change the answer. Only in development mode, where requests
 * have no keys, are the headers of proxies refused.
 */
export const addOddHeader: Mutate = (request, { random }) => {
  const [name, value] = random.pick(oddHeaders);
  if (ofProxies.test(name) && keysOf(request).length === 0) {
    if (!documents(request.operation, 403)) return undefined;
    return { what: name, request: withHeader(request, name, value), statuses: [403] };
  }
  return { what: `${name}: ${value.slice(0, 40)}`, request: withHeader(request, name, value) };
};

/** An If-Match value that matches no state of any quote. */
export const changeIfMatch: Mutate = (request, { random }) => {
  const value = random.pick(['"stale"', '*', '', 'W/"a"', '"', '"a", "b"', 'a'.repeat(5_000), '\u00ff']);
  return {
    what: `If-Match ${value.slice(0, 40)}`,
    request: withHeader(request, 'If-Match', value),
    statuses: 'any',
  };
};

/** A header section that is larger than a server must accept. */
export const hugeHeader: Mutate = (request, { random }) => {
  const name = random.pick(['X-Large', 'Idempotency-Key', 'X-Request-Id', 'Cookie', 'If-Match', 'Accept']);
  return {
    what: `${name} of 20,000`,
    request: withHeader(request, name, 'a'.repeat(20_000)),
    statuses: [431],
  };
};
