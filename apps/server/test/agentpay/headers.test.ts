// Headers as AgentPay sends them: for browsers, for downloads, and for pages of other origins.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from '../harness/in-process.ts';
import { type Answer, inBothModes, inDevelopment, inProtection } from './play.ts';

const hardened = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000; includeSubDomains; preload',
  'permissions-policy': 'geolocation=(), camera=(), microphone=()',
} as const;

function assertHardened({ headers }: Answer, of: string): void {
  for (const [name, value] of Object.entries(hardened))
    assert.equal(headers.get(name), value, `${of}: ${name}`);
  const policy = headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'none'/, of);
  assert.match(policy, /frame-ancestors 'none'/, of);
  assert.doesNotMatch(policy, /unsafe/, of);
  assert.match(headers.get('server-timing') ?? '', /dur=\d/, of);
  assert.equal(headers.get('x-powered-by'), null, of);
}

inBothModes('every kind of answer has the headers for browsers', async ({ send, asOperator }) => {
  await send('POST /api/v1/services', { serviceId: 's', priceStroops: 1 });
  const tag = (await send('GET /api/v1/services')).headers.get('etag') ?? '';
  const answers: Readonly<Record<string, Answer>> = {
    read: await send('GET /api/v1/stats'),
    csv: await send('GET /api/v1/usage/export.csv'),
    json: await send('GET /api/v1/usage/export.json'),
    metrics: await asOperator('GET /api/v1/metrics'),
    health: await send('GET /health'),
    'not modified': await send('GET /api/v1/services', undefined, { 'If-None-Match': tag }),
    missing: await send('GET /api/v1/no-such-path'),
    'broken body': await send('POST /api/v1/usage', undefined, { 'Content-Type': 'application/json' }),
    'other media type': await send('POST /api/v1/usage', 'x', { 'Content-Type': 'text/plain' }),
    options: await send('OPTIONS /api/v1/usage'),
  };
  for (const [of, answer] of Object.entries(answers)) assertHardened(answer, of);
  const { csv, json, options } = answers;
  assert.deepEqual(
    [csv?.headers.get('content-type'), csv?.headers.get('content-disposition')],
    ['text/csv; charset=utf-8', 'attachment; filename=usage.csv'],
  );
  assert.equal(json?.headers.get('content-disposition'), 'attachment; filename=usage.json');
  assert.deepEqual([options?.status, options?.headers.get('access-control-allow-origin')], [204, null]);
});

test('a listed origin is answered as in AgentPay, and another one without the header', async (t) => {
  const allowed = { CORS_ALLOWED_ORIGINS: 'https://APP.example.com/, https://other.example.com:443' };
  for (const { send } of [await inDevelopment(t, allowed), await inProtection(t, allowed)]) {
    const asks = async (origin: string, headers = {}) =>
      (await send('OPTIONS /api/v1/version', undefined, { Origin: origin, ...headers })).headers;
    for (const headers of [{}, { 'Access-Control-Request-Method': 'PATCH' }]) {
      const app = await asks('https://app.example.com', headers);
      assert.equal(app.get('access-control-allow-origin'), 'https://app.example.com');
      assert.equal(app.get('access-control-max-age'), '86400');
      assert.equal(app.get('vary'), 'Origin');
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
        assert.ok(app.get('access-control-allow-methods')?.split(', ').includes(method), method);
      for (const name of ['Content-Type', 'X-Request-Id', 'X-API-Key'])
        assert.ok(app.get('access-control-allow-headers')?.split(', ').includes(name), name);
      const other = await asks('https://other.example.com', headers);
      assert.equal(other.get('access-control-allow-origin'), 'https://other.example.com');
      const evil = await asks('https://evil.example.com', headers);
      assert.deepEqual([evil.get('access-control-allow-origin'), evil.get('vary')], [null, 'Origin']);
    }
  }
});

test('a value that is not an origin, and a wildcard, prevent the start', async (t) => {
  for (const origin of [
    '*',
    'https://app.example.com/path',
    'not a url',
    'ftp://app.example.com',
    'https://a:b@app.example.com',
  ])
    await assert.rejects(startInProcess(t, { CORS_ALLOWED_ORIGINS: origin }), /CORS_ALLOWED_ORIGINS/, origin);
});
