import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';
import { rawExchange } from './harness/raw-http.ts';
import { adminKey, asAdmin } from './harness/tenants.ts';

/** Sends a write with header fields that `fetch` does not let a caller set. */
async function post(url: string, headers: Readonly<Record<string, string>>): Promise<number | undefined> {
  const sent = request(`${url}/api/v1/usage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
  });
  sent.end(JSON.stringify({ agent: 'a', serviceId: 's', requests: 1 }));
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response.statusCode;
}

test('without an admin key no web page can write, neither by another host name nor from another origin', async (t) => {
  const { api } = await startInProcess(t);
  const { host, port } = new URL(api.url);
  for (const name of ['localhost', 'localhost:80', '127.0.0.1', '127.8.9.1', '[::1]', host]) {
    assert.equal(await post(api.url, { host: name }), 201, name);
  }
  for (const name of [
    'evil.example',
    `evil.example:${port}`,
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '10.0.0.1',
  ]) {
    assert.equal(await post(api.url, { host: name }), 403, name);
  }
  assert.equal(await post(api.url, { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' }), 201);
  for (const origin of ['https://evil.example', 'null', `http://localhost:${port}`, `https://${host}`]) {
    assert.equal(await post(api.url, { origin }), 403, origin);
  }
  assert.equal(await post(api.url, { 'sec-fetch-site': 'cross-site' }), 403);
  assert.equal((await api.get('/usage/a/s')).json.total, 7, 'what was refused left nothing');
});

test('without an admin key no request that passed a proxy is answered', async (t) => {
  const { api } = await startInProcess(t);
  for (const name of [
    'X-Forwarded-For',
    'x-forwarded-host',
    'X-Forwarded-Proto',
    'X-Real-IP',
    'Forwarded',
    'Via',
    'CF-Connecting-IP',
    'CF-Ray',
    'Fastly-Client-IP',
    'Fly-Client-IP',
    'X-Envoy-External-Address',
    'X-Azure-ClientIP',
    'X-Amz-Cf-Id',
    'True-Client-IP',
  ]) {
    const refused = await api.get('/audit', { [name]: '127.0.0.1' });
    assert.equal(refused.status, 403, name);
    assert.equal(refused.json.error, 'forbidden');
    assert.match(
      refused.json.message,
      new RegExp(`has the header ${name.toLowerCase()}, .*set ADMIN_API_KEY`),
    );
    assert.equal(await post(api.url, { [name]: '127.0.0.1' }), 403, name);
  }
  const asNginx = await rawExchange(t, api.url, 'GET /api/v1/audit HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n');
  assert.equal(asNginx.status, 403);
  assert.match(asNginx.body, /is HTTP\/1\.0, which proxies speak/);
  assert.equal((await api.get('/audit')).json.entries, 0);
});

test('with an admin key a server accepts requests through proxies', async (t) => {
  const { api } = await startInProcess(t, { ADMIN_API_KEY: adminKey, TRUST_PROXY: '1' });
  const headers = { ...asAdmin, 'x-tenant': 'acme', 'x-forwarded-for': '192.0.2.1', via: '1.1 proxy' };
  assert.equal((await api.get('/audit', headers)).status, 200);
});
