import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import type { Api } from './harness/api.ts';
import { halfOpen, wholeAnswers } from './harness/half-open.ts';
import { startInProcess } from './harness/in-process.ts';
import { adminKey } from './harness/tenants.ts';

/** Law L1: the server never executes what a refused client still sends. */

const operator = [`X-API-Key: ${adminKey}`, 'X-Tenant: acme', 'X-Tenant-Create: true'];
const asOperator = { 'x-api-key': adminKey, 'x-tenant': 'acme', 'x-tenant-create': 'true' };
const body = '{"agent":"refused","serviceId":"search","requests":3}';
const json = 'Content-Type: application/json';

function head(...lines: readonly string[]): string {
  return [`POST /api/v1/usage HTTP/1.1`, 'Host: localhost', ...lines, '', ''].join('\r\n');
}

/** A request that is executed if the server reads it as one. */
const billed = head(...operator, json, `Content-Length: ${body.length}`) + body;
const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;

interface EarlyRefusal {
  readonly what: string;
  readonly status: number;
  /** bytes to which the server answers before it has the whole request */
  readonly begin: string;
  /** bytes that would complete the request */
  readonly rest: string;
  /** whether the client half-closes after `begin` */
  readonly ends?: true;
}

const lengthOf = (bytes: number) => `Content-Length: ${bytes}`;
const half = body.length / 2;
const withBody = (status: number, what: string, ...lines: readonly string[]): EarlyRefusal => ({
  what,
  status,
  begin: head(...lines, lengthOf(body.length)) + body.slice(0, half),
  rest: body.slice(half),
});
const inChunks = (status: number, what: string, ...lines: readonly string[]): EarlyRefusal => ({
  what,
  status,
  begin: head(...lines, 'Transfer-Encoding: chunked') + chunked(body.slice(0, half)),
  rest: `${chunked(body.slice(half))}0\r\n\r\n`,
});
const much = billed.repeat(Math.ceil((1_100 * 1_024) / billed.length));

const late: readonly EarlyRefusal[] = [
  withBody(408, 'a body that stops', ...operator, json),
  inChunks(408, 'a body in chunks that stops', ...operator, json),
  { what: 'a head that stops', status: 408, begin: billed.slice(0, 60), rest: billed.slice(60) },
];

const refused: readonly EarlyRefusal[] = [
  withBody(401, 'no key', json),
  inChunks(401, 'no key, in chunks', json),
  withBody(401, 'a wrong key', json, 'X-API-Key: wrong'),
  withBody(403, 'no tenant', json, `X-API-Key: ${adminKey}`),
  withBody(415, 'a coding', ...operator, json, 'Content-Encoding: gzip'),
  withBody(415, 'another media type', ...operator, 'Content-Type: text/plain'),
  { ...withBody(400, 'a client that ends its half', ...operator, json), ends: true },
  {
    what: 'a method that is not taken',
    status: 405,
    begin: head(...operator, json, lengthOf(body.length)).replace('POST', 'PUT'),
    rest: body,
  },
  {
    what: 'a path that is not valid',
    status: 400,
    begin: head(...operator, json, lengthOf(body.length)).replace('/usage', '/usage/%'),
    rest: body,
  },
  {
    what: 'a length over the bound',
    status: 413,
    begin: head(...operator, json, lengthOf(much.length)),
    rest: much,
  },
  {
    what: 'chunks over the bound',
    status: 413,
    begin: head(...operator, json, 'Transfer-Encoding: chunked') + chunked(much),
    rest: '0\r\n\r\n',
  },
  {
    what: 'chunks that are none',
    status: 400,
    begin: `${head(...operator, json, 'Transfer-Encoding: chunked')}zz\r\n`,
    rest: `${chunked(body)}0\r\n\r\n`,
  },
  {
    what: 'a large head',
    status: 431,
    begin: head(...operator, json, `X-Large: ${'x'.repeat(20_000)}`),
    rest: body,
  },
  { what: 'no HTTP', status: 400, begin: 'hello\r\n\r\n', rest: '' },
];

type Client = Awaited<ReturnType<typeof halfOpen>>;

/** The ways to send the rest after the refusal has arrived. */
const ways: Readonly<Record<string, (client: Client, rest: string) => Promise<void>>> = {
  'at once': async ({ socket }, rest) => {
    socket.write(rest);
  },
  'with other requests after it': async ({ socket }, rest) => {
    socket.write(rest + billed + billed);
  },
  'with another request in chunks after it': async ({ socket }, rest) => {
    const request = head(...operator, json, 'Transfer-Encoding: chunked');
    socket.write(`${rest}${request}${chunked(body)}0\r\n\r\n`);
  },
  slowly: async ({ socket }, rest) => {
    for (const character of rest.slice(0, 100) + billed) {
      if (socket.destroyed) return;
      socket.write(character);
      await immediate();
    }
  },
  'after the server has ended its half': async ({ socket, ended }, rest) => {
    await ended;
    socket.write(rest + billed);
  },
};

async function refuse(t: TestContext, url: string, refusal: EarlyRefusal, way: string): Promise<void> {
  const client = await halfOpen(t, url);
  client.socket.write(refusal.begin);
  if (refusal.ends) client.socket.end();
  await client.answered();
  if (refusal.ends !== true) await ways[way]?.(client, refusal.rest);
  await client.ended;
  const name = `${refusal.what}, the rest ${way}: ${client.received()}`;
  assert.equal(wholeAnswers(client.received()), 1, name);
  assert.match(client.received(), new RegExp(`^HTTP/1.1 ${refusal.status} `), name);
  assert.match(client.received(), /\r\nconnection: close\r\n/i, name);
}

async function connectionsOf(api: Api): Promise<number> {
  const { text } = await api.get('/metrics', asOperator);
  return Number(/^billonce_connections (\d+)$/m.exec(text)?.[1]);
}

/** Provokes every refusal and sends the rest in every way, on connections that their clients never close. */
async function refuseAll(t: TestContext, api: Api, refusals: readonly EarlyRefusal[]): Promise<void> {
  assert.equal((await api.post('/usage', JSON.parse(body), undefined, asOperator)).status, 201);
  const cells = refusals.flatMap((refusal) => Object.keys(ways).map((way) => ({ refusal, way })));
  await Promise.all(cells.map(({ refusal, way }) => refuse(t, api.url, refusal, way)));
  // Each connection releases its place, although no client closes its half. Only the connections of `fetch` are left.
  while ((await connectionsOf(api)) > 4) await immediate();
  const { json: audit } = await api.get('/audit', asOperator);
  assert.equal(audit.entries, 1, 'what was refused was not executed');
}

const timeout = 60_000;

test('data sent after an early refusal is not executed, and the connection ends', {
  timeout,
}, async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  await refuseAll(t, api, refused);
});

test('data sent after 408 is not executed, and the connection ends', { timeout }, async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey, REQUEST_TIMEOUT_MS: '600' });
  await refuseAll(t, api, late);
});

test('a request in the packet of a refused one is answered if and only if it is executed', {
  timeout,
}, async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  let recorded = 0;
  await Promise.all(
    refused.map(async ({ begin, rest }) => {
      const client = await halfOpen(t, api.url);
      client.socket.write(`${begin}${rest}${billed}`);
      client.socket.write(`GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      await client.ended;
      recorded += client.received().match(/HTTP\/1.1 201 /g)?.length ?? 0;
    }),
  );
  const { json: audit } = await api.get('/audit', asOperator);
  assert.equal(audit.entries, recorded);
});
