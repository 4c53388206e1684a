import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { rawPost } from '../harness/raw-http.ts';
import { uuidV7At } from '../harness/uuid-v7.ts';

/** The time of the servers' clocks. */
export const nowMs = Date.UTC(2026, 6, 1, 12);
const item = { agent: 'agent-7', serviceId: 'search', requests: 3 };

/** A request as bytes. */
export interface Case {
  readonly what: string;
  readonly bytes: Buffer;
}

/** @param lines header lines; a key is added unless they have one */
export function single(what: string, body: unknown = item, lines: readonly string[] = []): Case {
  const hasKey = lines.some((line) => /^idempotency-key:/i.test(line));
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const key = `Idempotency-Key: "${what.replaceAll(' ', '-')}"`;
  return { what, bytes: rawPost('/usage', text, hasKey ? lines : [key, ...lines]) };
}

/** The same request with a change in its head. */
function changed(base: Case, from: string | RegExp, to: string): Case {
  const text = base.bytes.toString('latin1');
  assert.notEqual(text.replace(from, to), text, base.what);
  return { ...base, bytes: Buffer.from(text.replace(from, to), 'latin1') };
}

const k = 'Idempotency-Key: k';
/** Cases for a server in development mode. */
export const withoutKeys: readonly Case[] = [
  single('recorded', item, [k]),
  single('replayed', item, [k]),
  single('replayed with members in another order', { requests: 3, serviceId: 'search', agent: 'agent-7' }, [
    'idempotency-key: "k"',
  ]),
  single('conflict', { ...item, requests: 4 }, [k]),
  single('conflict as a problem', { ...item, requests: 4 }, [k, 'Accept: application/problem+json']),
  single('with an id', { ...item, id: 'u-1' }),
  single('the same id', { ...item, id: 'u-1' }),
  single('the same id with other usage', { ...item, id: 'u-1', requests: 9 }),
  single('a quantity', { agent: 'agent-7', serviceId: 'tokens', quantity: '1.25' }),
  single('a quantity where there are no places', { agent: 'agent-7', serviceId: 'search', quantity: '1.25' }),
  single('both', { ...item, quantity: '1' }),
  single('neither', { agent: 'agent-7', serviceId: 'search' }),
  single('metadata', { ...item, metadata: { model: 'large-2', a: 'b' } }),
  single('empty metadata', { ...item, metadata: {} }),
  single('too much metadata', { ...item, metadata: { model: 'x'.repeat(9_000) } }),
  single('occurred before', { ...item, occurredAt: '2026-06-30T10:00:00.123456Z' }),
  single('occurred long before', { ...item, occurredAt: '2019-06-30T10:00:00Z' }),
  single('occurred later', { ...item, occurredAt: '2026-08-30T10:00:00Z' }),
  single('no such time', { ...item, occurredAt: '2026-02-30T10:00:00Z' }),
  single('the most', { ...item, requests: 1_000_000_000_000 }),
  single('more than the most', { ...item, requests: 2 ** 53 }),
  single('too little', { ...item, requests: 0 }),
  single('a disabled service', { ...item, serviceId: 'disabled' }),
  single('over a limit', { ...item, serviceId: 'limited', requests: 6 }),
  single('an agent with other letters', { ...item, agent: 'agent@example.org' }),
  single('an agent with letters that it may not have', { ...item, agent: 'a gent' }),
  single('an unknown name', { ...item, color: 'red' }),
  single('a misspelt name', { ...item, request: 3, ocurredAt: 'x' }),
  single('a name twice', '{"agent":"a","agent":"b","serviceId":"search","requests":3}'),
  single('a lone surrogate', '{"agent":"\\ud800","serviceId":"search","requests":3}'),
  single('a list', [item]),
  single('not JSON', '{"agent":'),
  single('nested deeply', `{"agent":${'['.repeat(100)}${']'.repeat(100)}}`),
  changed(single('not UTF-8', { ...item, agent: 'XX' }), 'XX', '\xff\xfe'),
  single('no body', ''),
  single('white space', `  ${JSON.stringify(item)}\n`),
  single('a key of a UUIDv7', item, [`Idempotency-Key: ${uuidV7At(nowMs)}`]),
  single('a key that is too old', item, [`Idempotency-Key: ${uuidV7At(nowMs - 400 * 86_400_000)}`]),
  single('a key of later', item, [`Idempotency-Key: ${uuidV7At(nowMs + 86_400_000)}`]),
  single('a key with a comma', item, ['Idempotency-Key: a,b']),
  single('an empty key', item, ['Idempotency-Key: ']),
  single('a key that does not end', item, ['Idempotency-Key: "a']),
  single('a key that is too long', item, [`Idempotency-Key: ${'a'.repeat(256)}`]),
  single('two keys', item, ['Idempotency-Key: a', 'Idempotency-Key: b']),
  { what: 'no key', bytes: rawPost('/usage', JSON.stringify(item)) },
  { what: 'a misspelt key', bytes: rawPost('/usage', JSON.stringify(item), ['X-Idempotency-Key: a']) },
  single('an id of the request', item, ['X-Request-Id: mine']),
  single('an id that is not one', item, ['X-Request-Id: m\tine']),
  single('a tag', item, ['If-Match: "x"']),
  changed(single('a parameter'), '/usage HTTP', '/usage?dry=1 HTTP'),
  changed(single('another path'), '/usage HTTP', '/usage/ HTTP'),
  changed(single('a whole URL'), '/api/v1/usage', 'http://localhost/api/v1/usage'),
  changed(single('another method'), 'POST', 'PUT'),
  changed(single('HTTP 1.0'), 'HTTP/1.1', 'HTTP/1.0'),
  changed(single('no host'), 'Host: localhost\r\n', ''),
  changed(single('a foreign host'), 'localhost', 'example.org'),
  changed(single('an address'), 'localhost', '127.0.0.1:80'),
  single('two hosts', item, ['Host: localhost']),
  single('its origin', item, ['Origin: http://localhost']),
  single('another origin', item, ['Origin: https://example.org']),
  single('another site', item, ['Sec-Fetch-Site: cross-site']),
  single('a proxy', item, ['Via: 1.1 proxy']),
  single('a client of a proxy', item, ['X-Forwarded-For: 192.0.2.1']),
  single('its tenant', item, ['X-Tenant: public']),
  single('another tenant', item, ['X-Tenant: acme']),
  single('an unknown API key', item, ['X-API-Key: apk_x']),
  single('a coding', item, ['Content-Encoding: gzip']),
  changed(single('a charset'), 'application/json', 'application/json; charset=utf-8'),
  changed(single('another charset'), 'application/json', 'Application/JSON;charset=UTF-8'),
  changed(single('another type'), 'application/json', 'text/plain'),
  changed(single('no type'), 'Content-Type: application/json\r\n', ''),
  changed(
    single('chunks', 'd\r\n{"agent":"a",\r\n0\r\n\r\n'),
    /Content-Length: \d+/,
    'Transfer-Encoding: chunked',
  ),
  single('the end of the connection', item, ['Connection: close']),
];
