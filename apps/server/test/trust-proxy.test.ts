// The address of a client that is connected through proxies, with real requests and proxies: in the log, and in the
// limit for requests without a recognized key.
import assert from 'node:assert/strict';
import { request as send } from 'node:http';
import { test } from 'node:test';
import { emptyDatabase } from './harness/database.ts';
import { startProxy } from './harness/http-proxy.ts';
import { startInProcess } from './harness/in-process.ts';
import { startProcess } from './harness/process.ts';
import { adminKey } from './harness/tenants.ts';

// Every address in 127.0.0.0/8 is this machine.
const outer = '127.0.1.1';
const inner = '127.0.1.2';

/** Sends a request from a given address, and returns the status. */
function statusFrom(
  localAddress: string,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = send(`${url}/api/v1/stats`, { localAddress, headers, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    request.on('error', reject).end();
  });
}

const named = { 'x-api-key': adminKey, 'x-tenant': 'acme' };
const spoofed = { 'x-forwarded-for': '203.0.113.9' };

test('the log has the client address that the trusted proxies saw, no matter what the client claims', {
  skip: process.platform !== 'linux',
}, async (t) => {
  for (const [trust, expected] of [
    ['false', inner],
    ['1', outer],
    ['true', outer],
    ['2', '127.0.2.7'],
    // More proxies than exist: the server would then trust what the client wrote itself, so an operator must not
    // configure this.
    ['4', inner],
  ] as const) {
    const server = await startProcess(t, {
      DATABASE_URL: await emptyDatabase(t),
      ADMIN_API_KEY: adminKey,
      TRUST_PROXY: trust,
      LOG_LEVEL: 'debug',
    });
    const url = await startProxy(t, outer, await startProxy(t, inner, server.url));
    assert.equal(await statusFrom('127.0.2.7', url, { ...named, ...spoofed }), 200);
    await server.stop('SIGTERM');
    const lines = server
      .output()
      .split('\n')
      .filter((line) => line.includes('"answered"'));
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).client),
      [expected],
      trust,
    );
  }
});

test('requests without a recognized key are limited by the address of the client, not of the proxy', {
  skip: process.platform !== 'linux',
}, async (t) => {
  const limited = async (trust: string) => {
    const server = await startProcess(t, {
      DATABASE_URL: await emptyDatabase(t),
      ADMIN_API_KEY: adminKey,
      TRUST_PROXY: trust,
      RATE_LIMIT_PER_MINUTE: '2',
      // Each thread has a part of the limit.
      HTTP_THREADS: '1',
    });
    const url = await startProxy(t, inner, server.url);
    const statuses: number[] = [];
    for (const [client, claimed] of [
      ['127.0.2.7', '203.0.113.1'],
      ['127.0.2.7', '203.0.113.2'],
      ['127.0.2.7', '203.0.113.3'],
      ['127.0.2.8', '203.0.113.1'],
    ] as const) {
      const headers = { 'x-api-key': 'apk_guessed', 'x-forwarded-for': claimed };
      statuses.push(await statusFrom(client, url, headers));
    }
    // Callers who have a key are not slowed down by those who guess keys.
    assert.equal(await statusFrom('127.0.2.7', url, named), 200);
    return statuses;
  };
  assert.deepEqual(await limited('1'), [401, 401, 429, 401]);
  assert.deepEqual(await limited('0'), [401, 401, 429, 429]);
});

test('the addresses of one IPv6 /64 count as one client that guesses keys', async (t) => {
  const { api } = await startInProcess(t, {
    ADMIN_API_KEY: adminKey,
    TRUST_PROXY: '1',
    RATE_LIMIT_PER_MINUTE: '2',
  });
  const statuses: number[] = [];
  for (const client of ['2001:db8:0:7::1', '2001:db8:0:7:ffff::2', '2001:DB8:0:7::3', '2001:db8:0:8::1']) {
    const headers = { 'x-api-key': 'apk_guessed', 'x-forwarded-for': client };
    statuses.push((await api.get('/services', headers)).status);
  }
  assert.deepEqual(statuses, [401, 401, 429, 401]);
});

test('in development mode a server does not start behind a proxy, in every notation of the setting', async (t) => {
  for (const trust of ['1', 'true', 'yes', 'on', '2']) {
    await assert.rejects(
      startProcess(t, { DATABASE_URL: await emptyDatabase(t), TRUST_PROXY: trust }),
      /TRUST_PROXY is set: without ADMIN_API_KEY/,
    );
  }
});
