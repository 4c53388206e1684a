import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { Webhook } from 'standardwebhooks';
import { httpSender } from '../src/webhooks/sender.ts';
import type { Api } from './harness/api.ts';
import { apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { type InProcess, startInProcess } from './harness/in-process.ts';
import { startProcess } from './harness/process.ts';
import { startRawReceiver } from './harness/raw-receiver.ts';
import { type Receiver, startReceiver } from './harness/receiver.ts';
import { runSql } from './harness/sql.ts';
import { adminKey, apiOfTenant } from './harness/tenants.ts';

const openTargets = { WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true', WEBHOOK_TIMEOUT_MS: '300' };

/** A delivery as the API lists it. */
interface Listed {
  readonly type: string;
  readonly state: string;
  readonly lastAttempt: { readonly outcome: string } | null;
}

interface Hooked extends InProcess {
  readonly receiver: Receiver;
  readonly id: string;
  readonly secret: string;
}

async function start(
  t: TestContext,
  events: readonly string[] = ['*'],
  environment: Readonly<Record<string, string>> = {},
): Promise<Hooked> {
  const receiver = await startReceiver(t);
  const server = await startInProcess(t, { ...openTargets, ...environment });
  const made = await server.api.post('/webhooks', { url: receiver.url, events }, 'make-the-hook');
  assert.equal(made.status, 201, made.text);
  return { ...server, receiver, id: made.json.id, secret: made.json.secret };
}

async function use(api: Api, requests = 3, key?: string): Promise<string> {
  const answer = await api.post('/usage', { agent: 'a', serviceId: 's', requests }, key);
  assert.equal(answer.status, 201, answer.text);
  return answer.headers.get('location')?.split('/').at(-1) ?? '';
}

async function deliveries(api: Api, id: string) {
  const { json } = await api.get(`/webhooks/${id}/deliveries`);
  return json.items;
}

test('an event is delivered, signed by Standard Webhooks, once for each retry of its cause', async (t) => {
  const { api, app, receiver, id, secret, clock } = await start(t);
  const entryId = await use(api, 3, 'k1');
  await use(api, 3, 'k1');
  assert.equal(await app.outbox.runOnce(), 1);
  const [message] = receiver.received;
  assert.ok(message);
  assert.equal(message.headers['webhook-id'], entryId);
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
  );
  clock.nowMs = Date.now();
  const payload = new Webhook(secret).verify(message.body, headers);
  const entry = await api.get(`/entries/${entryId}`);
  assert.deepEqual(payload, {
    id: entryId,
    type: 'usage.recorded',
    timestamp: entry.json.recordedAt,
    data: entry.json,
  });
  assert.throws(() =>
    new Webhook(secret).verify(message.body.replace('"requests":3', '"requests":4'), headers),
  );
  const [delivery] = await deliveries(api, id);
  assert.equal(delivery.state, 'delivered');
  assert.deepEqual([delivery.lastAttempt.outcome, delivery.lastAttempt.status], ['delivered', 204]);
  assert.equal(await app.outbox.runOnce(), 0);
  assert.equal(receiver.received.length, 1);
});

test('a webhook is told of the types that it asked for, of all items of a bulk, and of nothing refused', async (t) => {
  const { api, app, receiver } = await start(t, ['usage.recorded', 'usage.settled']);
  await api.post('/services', { serviceId: 's', priceStroops: 5 });
  const items = Array.from({ length: 40 }, (_, index) => ({
    agent: 'a',
    serviceId: 's',
    requests: index + 1,
  }));
  await api.post('/usage/bulk', { items: [...items, { agent: '', serviceId: 's', requests: 1 }] }, 'bulk');
  await api.post('/settle', { agent: 'a', serviceId: 's', expectedStroops: '1' });
  await api.post('/settle', { agent: 'a', serviceId: 's' }, 'settle');
  let sent = 0;
  for (let round = 0; round < 20 && sent < 41; round++) sent += await app.outbox.runOnce();
  assert.equal(sent, 41);
  const types = receiver.received.map(({ body }) => JSON.parse(body).type);
  assert.equal(types.filter((type) => type === 'usage.recorded').length, 40);
  assert.equal(types.filter((type) => type === 'usage.settled').length, 1);
  const ids = new Set(receiver.received.map(({ headers }) => headers['webhook-id']));
  assert.equal(ids.size, 41);
});

test('what is refused is tried again, later and later, under the same id, and in the end given up', async (t) => {
  const { api, app, receiver, id, clock } = await start(t);
  receiver.answer = () => ({ status: 500 });
  await use(api);
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 11; attempt++) {
    assert.equal(await app.outbox.runOnce(), 1, `attempt ${attempt}`);
    assert.equal(await app.outbox.runOnce(), 0, 'not before its time');
    const [delivery] = await deliveries(api, id);
    assert.equal(delivery.attempts, attempt);
    if (delivery.nextAttemptAt === null) break;
    waits.push(Date.parse(delivery.nextAttemptAt) - clock.nowMs);
    clock.nowMs = Date.parse(delivery.nextAttemptAt);
  }
  const [delivery] = await deliveries(api, id);
  assert.equal(delivery.state, 'failed');
  assert.deepEqual([delivery.lastAttempt.outcome, delivery.lastAttempt.status], ['refused', 500]);
  assert.equal(waits.length, 10);
  assert.ok(waits.every((wait, index) => index === 0 || wait > (waits[index - 1] ?? 0) * 0.8));
  const hours = waits.reduce((sum, wait) => sum + wait, 0) / 3_600_000;
  assert.ok(hours > 18 && hours < 32, `${hours} hours`);
  assert.equal(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size, 1);
  receiver.answer = () => ({ status: 200 });
  const again = await api.call(`/webhooks/${id}/deliveries/${delivery.eventId}/redeliver`, {
    method: 'POST',
    key: 'again',
  });
  assert.equal(again.status, 200, again.text);
  assert.equal(again.json.state, 'pending');
  assert.equal(await app.outbox.runOnce(), 1);
  assert.equal((await deliveries(api, id))[0].state, 'delivered');
});

test('a receiver that names a time in Retry-After is not asked before', async (t) => {
  const { api, app, receiver, id, clock } = await start(t);
  receiver.answer = () => ({ status: 503, headers: { 'retry-after': '600' } });
  await use(api);
  await app.outbox.runOnce();
  const [delivery] = await deliveries(api, id);
  assert.equal(Date.parse(delivery.nextAttemptAt) - clock.nowMs, 600_000);
});

test('a receiver that asks for more than twelve hours is asked after twelve hours', async (t) => {
  const { api, app, receiver, id, clock } = await start(t);
  receiver.answer = () => ({ status: 429, headers: { 'retry-after': '999999' } });
  await use(api);
  await app.outbox.runOnce();
  const [delivery] = await deliveries(api, id);
  assert.equal(delivery.state, 'pending');
  assert.equal(Date.parse(delivery.nextAttemptAt) - clock.nowMs, 12 * 3_600_000);
});

test('410 disables a webhook; enabled again it is told of what comes then', async (t) => {
  const { api, app, receiver, id } = await start(t);
  receiver.answer = () => ({ status: 410 });
  await use(api);
  await app.outbox.runOnce();
  const gone = await api.get(`/webhooks/${id}`);
  assert.deepEqual([gone.json.disabled, gone.json.disabledReason], [true, 'gone']);
  const [last] = await deliveries(api, id);
  assert.deepEqual(
    [last.state, last.attempts, last.nextAttemptAt, last.lastAttempt.outcome, last.lastAttempt.status],
    ['failed', 1, null, 'gone', 410],
  );
  await use(api);
  assert.equal(await app.outbox.runOnce(), 0);
  assert.equal((await api.call(`/webhooks/${id}/test`, { method: 'POST', key: 'test' })).status, 409);
  receiver.answer = () => ({ status: 200 });
  const enabled = await api.call(`/webhooks/${id}`, { method: 'PATCH', body: { disabled: false } });
  assert.equal(enabled.json.disabled, false);
  await use(api);
  assert.equal(await app.outbox.runOnce(), 1);
  assert.equal(receiver.received.length, 2, 'what was gone stays so');
});

test('a receiver that fails for five days is disabled, and enabled again gets what was pending', async (t) => {
  const { api, app, receiver, id, clock } = await start(t);
  const read = async () => (await api.get(`/webhooks/${id}`)).json;
  receiver.answer = () => ({ status: 500 });
  const items = Array.from({ length: 60 }, () => ({ agent: 'a', serviceId: 's', requests: 1 }));
  await api.post('/usage/bulk', { items });
  const failingSince = clock.nowMs;
  while ((await app.outbox.runOnce()) > 0);
  const failing = await read();
  assert.deepEqual(
    [failing.disabled, failing.failures, failing.failingSince, failing.disabledAt],
    [false, 60, failingSince, null],
  );
  clock.nowMs += 5 * 86_400_000;
  while ((await app.outbox.runOnce()) > 0);
  const off = await read();
  assert.deepEqual(
    [off.disabled, off.disabledReason, off.disabledAt, off.failingSince],
    [true, 'failing', clock.nowMs, failingSince],
  );
  const sent = receiver.received.length;
  clock.nowMs += 86_400_000;
  assert.equal(await app.outbox.runOnce(), 0);
  await use(api);
  receiver.answer = () => ({ status: 204 });
  const on = await api.call(`/webhooks/${id}`, { method: 'PATCH', body: { disabled: false } });
  assert.deepEqual(
    [on.json.disabled, on.json.disabledReason, on.json.disabledAt, on.json.failures, on.json.failingSince],
    [false, null, null, 0, null],
  );
  while ((await app.outbox.runOnce()) > 0);
  assert.equal(receiver.received.length, sent + 60, 'what came while it was disabled is not delivered');
  assert.ok((await deliveries(api, id)).every(({ state }: { state: string }) => state === 'delivered'));
});

test('one delivery ends the count of failures', async (t) => {
  const { api, app, receiver, id, clock } = await start(t);
  receiver.answer = () => ({ status: 500 });
  await use(api);
  await app.outbox.runOnce();
  assert.equal((await api.get(`/webhooks/${id}`)).json.failures, 1);
  receiver.answer = () => ({ status: 200 });
  clock.nowMs += 3_600_000;
  await app.outbox.runOnce();
  const { failures, failingSince } = (await api.get(`/webhooks/${id}`)).json;
  assert.deepEqual([failures, failingSince], [0, null]);
});

test('redeliveries of a webhook are bounded by a rate', async (t) => {
  const { api, clock, id, databaseUrl } = await start(t);
  await use(api);
  const [{ eventId }] = await deliveries(api, id);
  const again = () => api.call(`/webhooks/${id}/deliveries/${eventId}/redeliver`, { method: 'POST' });
  assert.equal((await again()).status, 200);
  await runSql(databaseUrl, `UPDATE webhooks SET redeliveries_until_ms = ${clock.nowMs + 60_000}`);
  const refused = await again();
  assert.deepEqual(
    [refused.status, refused.json.error, refused.headers.get('retry-after')],
    [429, 'rate_limited', '1'],
  );
  clock.nowMs += 100;
  assert.equal((await again()).status, 200);
  assert.equal((await again()).status, 429);
});

/** A URL at which nothing listens. */
async function closedUrl(t: TestContext): Promise<string> {
  const receiver = await startRawReceiver(t, (socket) => socket.destroy());
  await receiver.stop();
  return `http://127.0.0.1:${receiver.port}/hook`;
}

test('redirects are not followed, silence times out, and nobody there is unreachable', async (t) => {
  const { api, app, receiver, id } = await start(t);
  const elsewhere = await startReceiver(t);
  receiver.answer = () => ({ status: 307, headers: { location: elsewhere.url } });
  await use(api);
  await app.outbox.runOnce();
  assert.equal((await deliveries(api, id))[0].lastAttempt.status, 307);
  assert.equal(elsewhere.received.length, 0);
  receiver.answer = () => undefined;
  await use(api);
  await app.outbox.runOnce();
  assert.equal((await deliveries(api, id))[0].lastAttempt.outcome, 'timed_out');
  await api.call(`/webhooks/${id}`, { method: 'PATCH', body: { url: await closedUrl(t) } });
  await use(api);
  await app.outbox.runOnce();
  assert.equal((await deliveries(api, id))[0].lastAttempt.outcome, 'unreachable');
});

test('a test is a real delivery, once in ten seconds', async (t) => {
  const { api, app, receiver, id, clock } = await start(t, ['usage.settled']);
  const asked = await api.call(`/webhooks/${id}/test`, { method: 'POST', key: 'test-1' });
  assert.deepEqual(
    [asked.status, asked.json.id, asked.json.deliveredAt, asked.json.simulated],
    [200, id, null, false],
    asked.text,
  );
  assert.equal((await api.call(`/webhooks/${id}/test`, { method: 'POST', key: 'test-1' })).text, asked.text);
  const soon = await api.call(`/webhooks/${id}/test`, { method: 'POST', key: 'test-2' });
  assert.deepEqual(
    [soon.status, soon.json.error, soon.headers.get('retry-after')],
    [429, 'rate_limited', '10'],
  );
  assert.equal(await app.outbox.runOnce(), 1);
  assert.equal(receiver.received[0]?.headers['webhook-id'], asked.json.eventId);
  assert.equal(JSON.parse(receiver.received[0]?.body ?? '').type, 'webhook.test');
  clock.nowMs += 10_000;
  assert.equal((await api.call(`/webhooks/${id}/test`, { method: 'POST', key: 'test-2' })).status, 200);
});

test('the secret is shown once, to the caller that made it, and is not in the file when keys at rest are set', async (t) => {
  const atRest = `k1:${'ab'.repeat(32)}`;
  const { api, app, receiver, id, secret } = await start(t, ['*'], { ANSWER_ENCRYPTION_KEYS: atRest });
  const again = await api.post('/webhooks', { url: receiver.url, events: ['*'] }, 'make-the-hook');
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
  assert.equal(again.json.secret, secret);
  assert.equal((await api.get('/webhooks')).json.items.length, 1);
  assert.ok(!(await api.get(`/webhooks/${id}`)).text.includes('whsec_'));
  await use(api);
  await app.outbox.runOnce();
  const [message] = receiver.received;
  assert.ok(message);
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, String(value)]),
  );
  new Webhook(secret).verify(message.body, headers);
});

test('messages are signed with the old and the new secret for a stated time, and then with the new one', async (t) => {
  const atRest = `k1:${'ab'.repeat(32)}`;
  const { api, app, receiver, id, secret, clock } = await start(t, ['*'], { ANSWER_ENCRYPTION_KEYS: atRest });
  const rotate = (query: string, key: string) =>
    api.call(`/webhooks/${id}/rotate-secret${query}`, { method: 'POST', key });
  const signers = async (...secrets: readonly string[]) => {
    await use(api);
    await app.outbox.runOnce();
    const message = receiver.received.at(-1);
    assert.ok(message);
    const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;
    const headers = Object.fromEntries(names.map((name) => [name, String(message.headers[name])]));
    // The library accepts five minutes around its own clock.
    const { body } = message;
    return secrets.map((one) => {
      const signed = new Webhook(one).sign(
        headers['webhook-id'] ?? '',
        new Date(Number(headers['webhook-timestamp']) * 1_000),
        body,
      );
      return headers['webhook-signature']?.split(' ').includes(signed);
    });
  };
  const rotated = await rotate('?graceMs=60000', 'first');
  assert.equal(rotated.status, 200, rotated.text);
  assert.equal(rotated.json.formerSecretUntil, clock.nowMs + 60_000);
  const second = rotated.json.secret;
  assert.notEqual(second, secret);
  assert.equal((await rotate('?graceMs=60000', 'first')).text, rotated.text, 'a retry shows the same secret');
  assert.deepEqual(await signers(secret, second), [true, true]);
  clock.nowMs += 59_999;
  assert.deepEqual(await signers(secret, second), [true, true]);
  clock.nowMs += 1;
  assert.deepEqual(await signers(secret, second), [false, true]);
  const third = (await rotate('', 'second')).json.secret;
  const fourth = (await rotate('', 'third')).json.secret;
  assert.deepEqual(await signers(second, third, fourth), [false, true, true], 'two at a time');
  const last = (await rotate('?graceMs=0', 'fourth')).json;
  assert.equal(last.formerSecretUntil, null);
  assert.deepEqual(await signers(fourth, last.secret), [false, true]);
  assert.equal((await rotate('?graceMs=2592000001', 'fifth')).status, 400);
  const unknown = await api.call(
    `/webhooks/${'0'.repeat(8)}-0000-7000-8000-${'0'.repeat(12)}/rotate-secret`,
    {
      method: 'POST',
    },
  );
  assert.equal(unknown.status, 404);
});

test('where ownership must be proven, nothing is delivered until the receiver has echoed the challenge', async (t) => {
  const { api, app, receiver, id, clock } = await start(t, ['*'], { WEBHOOK_OWNERSHIP_PROOF: 'true' });
  const state = async () => {
    const { disabled, disabledReason, ownership } = (await api.get(`/webhooks/${id}`)).json;
    return [disabled, disabledReason, ownership];
  };
  const challengeIn = ({ body }: { readonly body: string }) => String(JSON.parse(body).data.challenge);
  const outcomes = async () => (await deliveries(api, id)).map((one: Listed) => one.lastAttempt?.outcome);
  assert.deepEqual(await state(), [true, 'unproven', 'pending']);
  await use(api);
  assert.equal(
    (await api.call(`/webhooks/${id}`, { method: 'PATCH', body: { disabled: false } })).status,
    200,
  );
  assert.equal(await app.outbox.runOnce(), 1, 'the challenge alone');
  assert.deepEqual(await outcomes(), ['unproven'], 'a 204 is no proof');
  assert.deepEqual(await state(), [true, 'unproven', 'pending']);
  // A server that reflects every message does not know what it is asked.
  receiver.answer = ({ body }) => ({ status: 200, body });
  clock.nowMs += 60_000;
  assert.equal(await app.outbox.runOnce(), 1);
  assert.deepEqual(await outcomes(), ['unproven']);
  receiver.answer = (message) => ({ status: 500, body: challengeIn(message) });
  clock.nowMs += 600_000;
  assert.equal(await app.outbox.runOnce(), 1);
  assert.deepEqual(await outcomes(), ['refused']);
  receiver.answer = (message) => ({ status: 200, body: JSON.stringify({ challenge: challengeIn(message) }) });
  assert.equal((await api.call(`/webhooks/${id}/test`, { method: 'POST' })).status, 200);
  assert.equal(await app.outbox.runOnce(), 1);
  assert.deepEqual(await state(), [false, null, 'proven']);
  await use(api);
  clock.nowMs += 3_600_000;
  await app.outbox.runOnce();
  assert.deepEqual(await outcomes(), ['delivered', 'delivered', 'delivered']);

  // Another URL has another receiver. What is pending waits for its proof.
  await use(api);
  const url = `${receiver.url}/elsewhere`;
  const moved = await api.call(`/webhooks/${id}`, { method: 'PATCH', body: { url } });
  assert.deepEqual([moved.json.disabledReason, moved.json.ownership], ['unproven', 'pending']);
  const pending = (await deliveries(api, id)).find((one: Listed) => one.type === 'usage.recorded');
  const path = `/webhooks/${id}/deliveries/${pending.eventId}/redeliver`;
  assert.equal((await api.call(path, { method: 'POST' })).json.error, 'webhook_disabled');
  receiver.answer = (message) => ({ status: 200, body: ` ${challengeIn(message)}\n` });
  assert.equal(await app.outbox.runOnce(), 1);
  assert.deepEqual(await state(), [false, null, 'proven']);
  assert.equal(await app.outbox.runOnce(), 1);
});

test('without the setting no receiver has to prove anything', async (t) => {
  const { api, app, receiver, id } = await start(t);
  assert.equal((await api.get(`/webhooks/${id}`)).json.ownership, 'not_required');
  assert.equal((await api.call(`/webhooks/${id}/test`, { method: 'POST' })).status, 200);
  assert.equal(await app.outbox.runOnce(), 1);
  assert.deepEqual(JSON.parse(receiver.received[0]?.body ?? '').data, { webhookId: id });
  assert.equal((await deliveries(api, id))[0].state, 'delivered');
});

test('webhooks and events belong to their tenant', async (t) => {
  const receiver = await startReceiver(t);
  const { api, app } = await startInProcess(t, { ...openTargets, ADMIN_API_KEY: adminKey });
  const one = await apiOfTenant(api, 'one');
  const two = await apiOfTenant(api, 'two');
  const { json } = await one.post('/webhooks', { url: receiver.url, events: ['*'] });
  await use(two);
  assert.equal(await app.outbox.runOnce(), 0);
  assert.equal((await two.get(`/webhooks/${json.id}`)).status, 404);
  assert.equal((await two.get(`/webhooks/${json.id}/deliveries`)).status, 404);
  assert.equal((await two.call(`/webhooks/${json.id}`, { method: 'DELETE' })).status, 404);
  assert.equal((await two.get('/webhooks')).json.items.length, 0);
  assert.equal((await one.get('/events')).json.items.length, 0);
  assert.equal((await two.get('/events')).json.items.length, 1);
  assert.equal((await one.call(`/webhooks/${json.id}`, { method: 'DELETE' })).status, 204);
  assert.equal((await one.get(`/webhooks/${json.id}`)).status, 404);
});

test('targets that are not public are refused, by their address at once and by their name at the connection', async (t) => {
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

test('ports of other services are refused, also where private targets are allowed', async (t) => {
  const { api, id } = await start(t);
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

test('http targets are refused unless the operator allows them, and then to public addresses only', async (t) => {
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

test('a target that was made when http was allowed is not sent to once it is not', async (t) => {
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

test('a worker that is killed while it sends delivers again, under the same id', async (t) => {
  const receiver = await startReceiver(t);
  receiver.answer = () => undefined;
  const environment = {
    DATABASE_URL: await emptyDatabase(t),
    WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
    // Where others share the work, they wait for this long, and some, before they take it over.
    WEBHOOK_TIMEOUT_MS: '1000',
  };
  const first = await startProcess(t, environment);
  const api = apiAt(first.url);
  const { json } = await api.post('/webhooks', { url: receiver.url, events: ['usage.recorded'] });
  const entryId = await use(api);
  await receiver.has(1);
  await first.stop('SIGKILL');
  receiver.answer = () => ({ status: 200 });
  const second = await startProcess(t, environment);
  await receiver.has(2);
  await second.stop('SIGTERM');
  const third = await startProcess(t, environment);
  const [delivery] = await deliveries(apiAt(third.url), json.id);
  assert.deepEqual([delivery.eventId, delivery.state], [entryId, 'delivered']);
  assert.deepEqual(
    receiver.received.map(({ headers }) => headers['webhook-id']),
    [entryId, entryId],
  );
});

test('deliveries page from the newest event on', async (t) => {
  const { api, app, id } = await start(t);
  for (let index = 0; index < 5; index++) await use(api);
  await app.outbox.runOnce();
  const all = await deliveries(api, id);
  const first = await api.get(`/webhooks/${id}/deliveries?limit=2`);
  const second = await api.get(`/webhooks/${id}/deliveries?limit=3&cursor=${first.json.nextCursor}`);
  assert.deepEqual([...first.json.items, ...second.json.items], all);
  assert.equal(second.json.hasMore, false);
  assert.deepEqual(
    all.map(({ eventId }: { eventId: string }) => eventId),
    all
      .map(({ eventId }: { eventId: string }) => eventId)
      .toSorted()
      .toReversed(),
  );
});
