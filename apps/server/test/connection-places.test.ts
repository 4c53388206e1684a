import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import type { Api } from './harness/api.ts';
import { halfOpen } from './harness/half-open.ts';
import { startInProcess } from './harness/in-process.ts';
import { adminKey, budgetUsed, makeKey } from './harness/tenants.ts';

/** Law L2 for connections: each connection releases its place, no matter what its client does. */

async function metric(api: Api, line: RegExp): Promise<number> {
  const { text } = await api.get('/metrics');
  return Number(line.exec(text)?.[1] ?? 0);
}

const cut = (reason: string) =>
  new RegExp(`^billonce_connections_cut_total\\{reason="${reason}"\\} (\\d+)$`, 'm');

/** Waits until only the connections of `fetch` are left. */
async function untilGivenBack(api: Api): Promise<void> {
  while ((await metric(api, /^billonce_connections (\d+)$/m)) > 4) await immediate();
}

const timeout = 60_000;
const length = 'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n';

test('a silent client keeps no place, no matter when it falls silent', { timeout }, async (t) => {
  const { api } = await startInProcess(t, { REQUEST_TIMEOUT_MS: '300' });
  const silences = {
    'before the head': '',
    'in the head': 'POST /api/v1/usage HTTP/1.1\r\nHost: local',
    'in the body': `POST /api/v1/usage HTTP/1.1\r\nHost: localhost\r\n${length}{`,
    'before the body that it announced': `POST /api/v1/usage HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n${length}`,
    'after a refusal': 'hello\r\n\r\n',
    'after an answer that ends the connection':
      'GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  };
  const clients = Object.values(silences).flatMap((bytes) => Array.from({ length: 5 }, () => bytes));
  await Promise.all(
    clients.map(async (bytes) => {
      const { socket } = await halfOpen(t, api.url);
      socket.write(bytes);
    }),
  );
  await untilGivenBack(api);
});

test('a client that endlessly sends a refused request keeps no place', { timeout }, async (t) => {
  const { api } = await startInProcess(t);
  const { socket, ended, gone } = await halfOpen(t, api.url);
  socket.write('hello\r\n\r\n');
  await ended;
  while (!socket.destroyed) {
    socket.write('more\r\n');
    await immediate();
  }
  await gone;
  await untilGivenBack(api);
});

test('an address has a bounded number of connections, and released places are free again', {
  timeout,
}, async (t) => {
  const { api } = await startInProcess(t, { MAX_CONNECTIONS_PER_ADDRESS: '12' });
  await api.get('/health');
  const clients = await Promise.all(Array.from({ length: 20 }, () => halfOpen(t, api.url)));
  const refused = new Set<unknown>();
  for (const client of clients) client.ended.then(() => refused.add(client)).catch(() => undefined);
  while (refused.size < 8) await immediate();
  assert.ok((await metric(api, cut('address_full'))) >= 8);
  const [kept] = clients.filter((client) => !refused.has(client));
  assert.ok(kept);
  kept.socket.write(ask);
  await kept.answered();
  kept.socket.destroy();
  while (!(await isAnswered(t, api.url))) await immediate();
});

const ask = 'GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n';

async function isAnswered(t: TestContext, url: string): Promise<boolean> {
  const client = await halfOpen(t, url);
  client.socket.write(ask);
  return await client.answered().then(
    () => true,
    () => false,
  );
}

test('a tenant has a bounded number of connections, even from several addresses', { timeout }, async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey, MAX_CONNECTIONS_PER_TENANT: '3' });
  const [one, other] = [await makeKey(api, 'one'), await makeKey(api, 'other')];
  const ask = async (key: string) => {
    const client = await halfOpen(t, api.url);
    client.socket.write(`GET /api/v1/version HTTP/1.1\r\nHost: localhost\r\nX-API-Key: ${key}\r\n\r\n`);
    await client.answered();
    return client;
  };
  const kept = [await ask(one), await ask(one), await ask(one)];
  for (const client of kept) assert.match(client.received(), /^HTTP\/1\.1 200 /);
  assert.equal(await budgetUsed(api, 'connections', 'one'), 3);
  const refused = await ask(one);
  assert.match(refused.received(), /^HTTP\/1\.1 503 [\s\S]*connection: close[\s\S]*"overloaded"/i);
  await refused.ended;
  assert.match((await ask(other)).received(), /^HTTP\/1\.1 200 /);
  const [first] = kept;
  first?.socket.end();
  await first?.gone;
  while ((await budgetUsed(api, 'connections', 'one')) > 2) await immediate();
  assert.match((await ask(one)).received(), /^HTTP\/1\.1 200 /);
});
