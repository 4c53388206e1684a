import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';
import { connectTo } from './harness/raw-http.ts';
import { adminKey, asAdmin, makeKey } from './harness/tenants.ts';

const pages = [
  '/openapi.json',
  '/docs',
  '/docs/start.js',
  '/docs/swagger-ui.css',
  '/docs/swagger-ui-bundle.js',
];

test('open documents are sent compressed to clients that accept it, and not at all to those that have them', async (t) => {
  const { api } = await startInProcess(t, {
    ADMIN_API_KEY: adminKey,
    CORS_ALLOWED_ORIGINS: 'https://app.example',
  });
  for (const path of [...pages, '/changelog']) {
    const more = path === '/changelog' ? { ...asAdmin, 'x-tenant': 'acme' } : {};
    const ask = async (accepts: string, known?: string) => {
      const { socket, write, answer } = await connectTo(t, api.url);
      const fields = { 'accept-encoding': accepts, origin: 'https://app.example', ...more };
      const head = Object.entries(known === undefined ? fields : { ...fields, 'if-none-match': known });
      const lines = head.map(([name, value]) => `${name}: ${value}\r\n`).join('');
      await write(`GET /api/v1${path} HTTP/1.1\r\nHost: localhost\r\n${lines}\r\n`);
      const { status, headers } = await answer();
      socket.destroy();
      return { status, headers, bytes: Number(headers.get('content-length') ?? 0) };
    };
    const [plain, br, gzip] = [await ask('identity'), await ask('br'), await ask('gzip')];
    assert.deepEqual(
      [plain, br, gzip].map(({ headers }) => headers.get('content-encoding')),
      [undefined, 'br', 'gzip'],
    );
    if (plain.bytes > 2_000) assert.ok(br.bytes < plain.bytes / 2 && gzip.bytes < plain.bytes / 2, path);
    for (const { headers } of [plain, br, gzip]) {
      assert.match(headers.get('vary') ?? '', /Origin.*Accept-Encoding/i);
      assert.equal(headers.get('cache-control'), 'no-cache');
      const known = await ask('br', headers.get('etag'));
      assert.deepEqual([known.status, known.bytes], [304, 0], path);
    }
    const text = (await api.get(path, more)).text;
    assert.equal(Buffer.byteLength(text), plain.bytes, 'a client that decodes reads the same');
    const head = await api.call(path, {
      method: 'HEAD',
      headers: { ...more, 'accept-encoding': 'identity' },
    });
    assert.equal(Number(head.headers.get('content-length')), plain.bytes);
  }
});

test('an address that guesses keys is refused, logged and counted; holders of valid keys are not', async (t) => {
  const lines: string[] = [];
  const { api } = await startInProcess(
    t,
    { ADMIN_API_KEY: adminKey, UNKNOWN_KEYS_PER_MINUTE: '3', LOG_LEVEL: 'warn' },
    Date.now(),
    { write: (line) => lines.push(line) },
  );
  const stats = async (key: string) => (await api.get('/stats', { 'x-api-key': key })).status;
  const key = await makeKey(api, 'acme');
  const other = await makeKey(api, 'other');
  assert.equal(await stats(key), 200);
  const guesses = ['a', 'a', 'a', 'a', 'b', 'c', 'd', 'd', 'e'].map((guess) => `apk_${guess.repeat(32)}`);
  const statuses: number[] = [];
  for (const guess of guesses) statuses.push(await stats(guess));
  assert.deepEqual(statuses, [401, 401, 401, 401, 401, 401, 429, 429, 429]);
  assert.equal(await stats(key), 200);
  assert.equal((await api.get('/stats', { ...asAdmin, 'x-tenant': 'acme' })).status, 200);
  const refused = await api.get('/stats', { 'x-api-key': other });
  assert.equal(refused.status, 429, 'not known yet, from an address that guesses');
  assert.ok(Number(refused.headers.get('retry-after')) > 0);
  assert.equal((await api.get('/config', { 'x-api-key': key })).status, 403);
  for (let times = 0; times < 30; times++) await api.get('/stats');
  const refusals = lines.map((line) => JSON.parse(line)).filter(({ msg }) => msg === 'a caller was refused');
  assert.equal(refusals.length, 20, 'a minute has at most that many lines');
  assert.deepEqual(new Set(refusals.map(({ status }) => status)), new Set([401, 403]));
  assert.deepEqual([refusals[0].client, refusals[0].route], ['127.0.0.1', '/api/v1/stats']);
  assert.ok(!/apk_/.test(lines.join('')), 'no key is in the log');
  const { text } = await api.get('/metrics', asAdmin);
  assert.match(
    text,
    /^billonce_http_requests_total\{method="GET",route="\/api\/v1\/stats",status="401"\} 36$/m,
  );
});

test('a key that the operator imports is recognized immediately, even if it was refused a moment ago', async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const key = 'apk_0123456789abcdef0123456789abcdef';
  assert.equal((await api.get('/stats', { 'x-api-key': key })).status, 401);
  assert.equal(
    (await api.post('/api-keys', { label: 'old', tenant: 'acme', key }, undefined, asAdmin)).status,
    201,
  );
  assert.equal((await api.get('/stats', { 'x-api-key': key })).status, 200);
});
