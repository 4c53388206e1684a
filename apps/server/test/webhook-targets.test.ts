import assert from 'node:assert/strict';
import test from 'node:test';
import { httpSender } from '../src/webhooks/sender.ts';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { startReceiver } from './harness/receiver.ts';
import { deliveries, startHooked, use } from './harness/webhooks.ts';

test('targets that are not public are refused: addresses immediately, names when connecting', async (t) => {
  const { api, app } = await startInProcess(t);
  for (const url of [
    'http://example.com/hook',
    'https://127.0.0.1/hook',
    'https://2130706433/hook',
    'https://0x7f.1/hook',
    'https://[::1]/hook',
    'https://[::ffff:10.0.0.1]/hook',
    'https://[64:ff9b::a9fe:a9fe]/hook',
    'https://[64:ff9b:1::7f00:1]/hook',
    'https://[::127.0.0.1]/hook',
    'https://[::ffff:0:127.0.0.1]/hook',
    'https://[2002:7f00:1::1]/hook',
    'https://[2001:0:7f00:1::]/hook',
    'https://[2001:db8::1]/hook',
    'https://[5f00::1]/hook',
    'https://[4000::1]/hook',
    'https://[fd00:ec2::254]/hook',
    'https://168.63.129.16/hook',
    'https://100.100.100.200/hook',
    'https://192.0.0.192/hook',
    'https://169.254.169.254/latest/meta-data',
    'https://10.1.2.3/',
    'https://user:password@example.com/',
    'https://example.com/#fragment',
  ]) {
    const answer = await api.post('/webhooks', { url, events: ['*'] });
    assert.deepEqual([answer.status, answer.json.faults?.[0]?.pointer], [400, '/url'], url);
  }
  for (const url of ['https://8.8.8.8/hook', 'https://[2606:4700:4700::1111]/hook']) {
    const made = await api.post('/webhooks', { url, events: ['webhook.test'] });
    assert.equal(made.status, 201, url);
  }
  const named = await api.post('/webhooks', { url: 'https://localhost:8443/hook', events: ['*'] });
  assert.equal(named.status, 201, named.text);
  await use(api);
  assert.equal(await app.outbox.runOnce(), 1);
  assert.equal((await deliveries(api, named.json.id))[0].lastAttempt.outcome, 'forbidden_target');
});

test('ports of other services are refused, even if private targets are allowed', async (t) => {
  const { api, id } = await startHooked(t);
  for (const port of [
    1, 22, 25, 53, 110, 465, 587, 993, 1433, 2375, 3306, 5432, 6379, 6667, 9200, 11211, 27017,
  ]) {
    const url = `http://127.0.0.1:${port}/hook`;
    const made = await api.post('/webhooks', { url, events: ['*'] });
    assert.deepEqual([made.status, made.json.faults?.[0]?.pointer], [400, '/url'], url);
    assert.match(made.json.faults[0].message, new RegExp(`port ${port}`));
    assert.equal((await api.call(`/webhooks/${id}`, { method: 'PATCH', body: { url } })).status, 400);
  }
  for (const url of ['http://127.0.0.1/', 'http://127.0.0.1:443/', 'http://127.0.0.1:8080/']) {
    assert.equal((await api.post('/webhooks', { url, events: ['*'] })).status, 201, url);
  }
});

test('http targets are refused unless the operator allows them, and then only to public addresses', async (t) => {
  const { api, app } = await startInProcess(t, { WEBHOOK_ALLOW_HTTP: 'true' });
  const make = (at: Api, url: string) => at.post('/webhooks', { url, events: ['*'] });
  const example = await make(api, 'http://example.com/hook');
  assert.equal(example.status, 201);
  for (const url of ['http://127.0.0.1/hook', 'http://10.1.2.3/', 'http://[::1]/', 'ftp://example.com/']) {
    assert.equal((await make(api, url)).status, 400, url);
  }
  const named = await make(api, 'http://localhost:8443/hook');
  assert.equal(named.status, 201, named.text);
  await api.call(`/webhooks/${example.json.id}`, { method: 'PATCH', body: { disabled: true } });
  await use(api);
  assert.equal(await app.outbox.runOnce(), 1);
  assert.equal((await deliveries(api, named.json.id))[0].lastAttempt.outcome, 'forbidden_target');

  const refused = await make((await startInProcess(t)).api, 'http://example.com/hook');
  assert.equal(refused.status, 400);
  assert.match(refused.json.faults[0].message, /WEBHOOK_ALLOW_HTTP/);
});

test('a target that was created when http was allowed is not used once it is not allowed', async (t) => {
  const receiver = await startReceiver(t);
  const send = async (allowsHttp: boolean) => {
    const sender = httpSender({ timeoutMs: 5_000, targets: { allowsHttp, allowsPrivate: true } });
    const sent = await sender.send(
      { url: receiver.url, headers: {}, body: '{}', challenge: undefined },
      new AbortController().signal,
    );
    sender.close();
    return sent.outcome;
  };
  assert.equal(await send(false), 'forbidden_target');
  assert.equal(receiver.received.length, 0);
  assert.equal(await send(true), 'delivered');
});
