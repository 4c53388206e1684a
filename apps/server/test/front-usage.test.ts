// Single usage has two routes: a front route for plain requests, and the route of the framework. Every case is sent to
// two servers. One of them gets an additional field that keeps the request from the front route. The answers must be
// the same byte for byte, and so must the log and the metrics.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { type Case, nowMs, single, withoutKeys } from './front-usage/cases.ts';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { rawPost } from './harness/raw-http.ts';
import { adminKey, asAdmin } from './harness/tenants.ts';

/**
 * A server may ignore an expectation that it does not know, and both routes do so. But a request with one is not plain.
 */
const notPlain = 'Expect: the-framework';

interface Server {
  readonly api: Api;
  readonly send: (one: Case) => Promise<string>;
  /** what it has logged and counted */
  readonly observed: () => Promise<string>;
}

/** Two servers with the same preparation: one uses its front route, and the other gets no plain request. */
async function startBoth(
  t: TestContext,
  environment: Readonly<Record<string, string>>,
  prepare: (api: Api) => Promise<unknown>,
  operator: Readonly<Record<string, string>> = {},
): Promise<readonly [front: Server, framework: Server]> {
  const start = async (lines: readonly string[]): Promise<Server> => {
    let logged = '';
    const log = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        logged += chunk.toString();
        done();
      },
    });
    const { api } = await startInProcess(t, { LOG_LEVEL: 'debug', ...environment }, nowMs, log);
    await prepare(api);
    return {
      api,
      send: ({ bytes }) => exchange(api.url, withLines(bytes, lines)),
      observed: async () => {
        const { text } = await api.get('/metrics', operator);
        return `${comparableLog(logged)}\n${comparableMetrics(text)}`;
      },
    };
  };
  return [await start([]), await start([notPlain])];
}

function withLines(request: Buffer, lines: readonly string[]): Buffer {
  const headFrom = request.indexOf('\r\n') + 2;
  const added = Buffer.from(lines.map((line) => `${line}\r\n`).join(''));
  return Buffer.concat([request.subarray(0, headFrom), added, request.subarray(headFrom)]);
}

/**
 * Sends bytes on a new connection. Returns the received bytes without the parts that differ between any two answers.
 */
async function exchange(url: string, bytes: Buffer): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  socket.setEncoding('latin1').write(bytes);
  let received = '';
  for await (const chunk of socket) {
    received += String(chunk);
    const headEnd = received.indexOf('\r\n\r\n');
    const length = Number(/^content-length: (\d+)/im.exec(received)?.[1]);
    if (headEnd >= 0 && received.length >= headEnd + 4 + length) break;
  }
  socket.destroy();
  return comparable(received);
}

function comparable(answer: string): string {
  return answer
    .replace(/^date: .*$/im, 'date')
    .replace(/dur=[\d.]+/g, 'dur')
    .replaceAll(/[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}/g, 'uuid');
}

function comparableLog(logged: string): string {
  // The stack traces of a refusal differ.
  return comparable(logged)
    .replaceAll(/"(?:time|ms|pid)":[\d.]+|127\.0\.0\.1:\d+|"hostname":"[^"]*"|"data":"[^"]*"/g, '')
    .replaceAll(/"stack":"[^"]*"/g, '');
}

/** The metrics that count requests and their outcomes. */
function comparableMetrics(text: string): string {
  const counts =
    /^billonce_(?:\w+_total|http_request_seconds_count|rate_budget_used|body_bytes|connections)\b/;
  return text
    .split('\n')
    .filter((line) => counts.test(line))
    .join('\n');
}

/** Sends each case to both servers. Returns how many cases the front route submitted. */
async function assertSame(
  [front, framework]: readonly [front: Server, framework: Server],
  cases: readonly Case[],
): Promise<number> {
  let submitted = 0;
  const count = () => {
    submitted += 1;
  };
  for (const one of cases) {
    subscribe('billonce.front-route', count);
    const answer = await front.send(one);
    unsubscribe('billonce.front-route', count);
    assert.equal(answer, await framework.send(one), one.what);
  }
  assert.equal(await front.observed(), await framework.observed());
  return submitted;
}

test('both routes answer the same in development mode', async (t) => {
  const both = await startBoth(t, {}, async (api) => {
    await api.post('/services', { serviceId: 'tokens', priceStroops: 250, unitScale: 2 });
    await api.post('/services', { serviceId: 'disabled', priceStroops: 250, enabled: false });
    const limit = { serviceId: 'limited', max: { quantity: '5' }, window: 'day', action: 'refuse' };
    await api.call('/limits/few', { method: 'PUT', body: limit });
  });
  // The second time the front route knows the bodies.
  const submitted = await assertSame(both, [...withoutKeys, ...withoutKeys]);
  assert.ok(submitted >= 40, `the front route submitted ${submitted}`);
});

test('both routes answer the same with API keys and a proxy', async (t) => {
  const environment = { ADMIN_API_KEY: adminKey, TRUST_PROXY: '1', UNKNOWN_KEYS_PER_MINUTE: '5' };
  const keys = new Map<string, string>();
  const made: readonly [name: string, body: object][] = [
    ['acme', { label: 'a', tenant: 'acme' }],
    ['reader', { label: 'r', tenant: 'acme', scopes: ['read'] }],
    ['bound', { label: 'b', tenant: 'acme', agent: 'agent-8' }],
    ['near', { label: 'n', tenant: 'acme', allowedAddresses: ['192.0.2.0/24'] }],
  ];
  const both = await startBoth(
    t,
    environment,
    async (api) => {
      for (const [name, body] of made) {
        const answer = await api.post('/api-keys', body, undefined, asAdmin);
        assert.equal(answer.status, 201, answer.text);
        keys.set(name, String(answer.json.key));
      }
    },
    asAdmin,
  );
  const key = (name: string) => `X-API-Key: ${keys.get(name)}`;
  const sent = (what: string, ...lines: readonly string[]) => single(what, undefined, lines);
  const submitted = await assertSame(both, [
    sent('recorded', key('acme'), 'Idempotency-Key: k'),
    sent('replayed', key('acme'), 'Idempotency-Key: k'),
    sent('as a bearer', `Authorization: Bearer ${keys.get('acme')}`, 'Idempotency-Key: k'),
    sent('as another scheme', `Authorization: Basic ${keys.get('acme')}`),
    sent('as both', key('acme'), `Authorization: Bearer ${keys.get('acme')}`),
    sent('without a key'),
    sent('mistyped', `${key('acme')}x`),
    sent('unknown', 'X-API-Key: apk_00000000_00000000000000000000000000000000'),
    sent('not visible', 'X-API-Key: \xe4'),
    sent('may not write', key('reader')),
    sent('for another agent', key('bound')),
    sent('from another address', key('near')),
    sent('from its address', key('near'), 'X-Forwarded-For: 203.0.113.7, 192.0.2.9'),
    sent('from an address that the client wrote', key('near'), 'X-Forwarded-For: 192.0.2.9, 203.0.113.7'),
    sent('addresses in two lines', key('near'), 'X-Forwarded-For: 192.0.2.1', 'X-Forwarded-For: 192.0.2.2'),
    sent('other fields of a proxy', key('acme'), 'X-Forwarded-Proto: https', 'Via: 1.1 proxy'),
    sent('its own tenant', key('acme'), 'X-Tenant: acme'),
    sent('another tenant', key('acme'), 'X-Tenant: other'),
    sent('the admin', `X-API-Key: ${adminKey}`),
    sent('the admin for a tenant', `X-API-Key: ${adminKey}`, 'X-Tenant: acme'),
    sent('the admin for an unknown tenant', `X-API-Key: ${adminKey}`, 'X-Tenant: acme2'),
    ...Array.from({ length: 6 }, (_, number) => sent(`guess ${number}`, `X-API-Key: guess-${number}`)),
    sent('recorded after that', key('acme')),
  ]);
  assert.ok(submitted >= 6, `the front route submitted ${submitted}`);
});

test('both routes charge the same, and refuse when the rate limit is used up', async (t) => {
  const both = await startBoth(t, { RATE_LIMIT_PER_MINUTE: '4' }, async () => undefined);
  const cases = [
    single('one'),
    single('two', { agent: '' }),
    single('three', 'x'),
    single('four'),
    single('five'),
  ];
  assert.equal(await assertSame(both, cases), 2);
});

test('both routes refuse in the same way while everything is paused', async (t) => {
  const both = await startBoth(t, {}, async (api) => {
    await api.post('/usage', { agent: 'agent-7', serviceId: 'search', requests: 3 }, 'before');
    await api.call('/admin/pause', { method: 'POST' });
  });
  assert.equal(await assertSame(both, [single('before', undefined), single('later')]), 2);
});

test('a body in two parts, and requests one after the other on a connection, are answered the same', async (t) => {
  const [front] = await startBoth(t, {}, async () => undefined);
  const { hostname, port } = new URL(front.api.url);
  const socket = connect({ host: hostname, port: Number(port) });
  t.after(() => socket.destroy());
  const text = JSON.stringify({ agent: 'agent-7', serviceId: 'search', requests: 3 });
  const bytes = (key: string) => rawPost('/usage', text, [`Idempotency-Key: ${key}`]);
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString();
  });
  const answers = async (count: number) => {
    while (received.split('"total":').length <= count)
      await new Promise((resolve) => socket.once('data', resolve));
  };
  await new Promise<void>((resolve) => {
    socket.write(bytes('a').subarray(0, -7), () => resolve());
  });
  // When the server answers another connection, it has read the first part.
  await front.api.get('/version');
  socket.write(bytes('a').subarray(-7));
  await answers(1);
  socket.write(Buffer.concat([bytes('b'), bytes('a'), bytes('c')]));
  await answers(4);
  const totals = [...received.matchAll(/"total":(\d+)/g)].map(([, total]) => total);
  assert.deepEqual(totals, ['3', '6', '3', '9']);
});
