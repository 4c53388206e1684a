import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';

/** A write with header fields that `fetch` would not let a caller choose. */
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

test('without an admin key no web page writes: not by a name of its own, and not from elsewhere', async (t) => {
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
