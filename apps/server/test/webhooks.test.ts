import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { startInProcess } from './harness/in-process.ts';
import { startProcess } from './harness/process.ts';
import { startRawReceiver } from './harness/raw-receiver.ts';
import { startReceiver } from './harness/receiver.ts';
import { adminKey, apiOfTenant } from './harness/tenants.ts';
import { deliveries, openTargets, startHooked, use } from './harness/webhooks.ts';

/** Returns a URL at which no server listens. */
async function closedUrl(t: TestContext): Promise<string> {
  const receiver = await startRawReceiver(t, (socket) => socket.destroy());
  await receiver.stop();
  return `http://127.0.0.1:${receiver.port}/hook`;
}

test('an event is delivered, signed by Standard Webhooks, once even if its cause is retried', async (t) => {
  const { api, app, receiver, id, secret, clock } = await startHooked(t);
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
  const { priceStroops, price, amountStroops, amount, asset, ...stated } = (
    await api.get(`/entries/${entryId}`)
  ).json;
  assert.deepEqual([priceStroops, price, amountStroops, amount, asset], [null, null, null, null, 'XLM']);
  const { settlementId, reversed, reversedRequests, ...recorded } = stated;
  assert.deepEqual([settlementId, reversed, reversedRequests], [null, false, 0]);
  assert.deepEqual(payload, {
    id: entryId,
    type: 'usage.recorded',
    timestamp: recorded.recordedAt,
    data: recorded,
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

test('a webhook receives the types that it subscribed to, for all items of a bulk, and nothing refused', async (t) => {
  const { api, app, receiver } = await startHooked(t, ['usage.recorded', 'usage.settled']);
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

test('a refused message is retried, later and later, with the same id, and finally given up', async (t) => {
  const { api, app, receiver, id, clock } = await startHooked(t);
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

test('a receiver that sends Retry-After gets no attempt before that time', async (t) => {
  const { api, app, receiver, id, clock } = await startHooked(t);
  receiver.answer = () => ({ status: 503, headers: { 'retry-after': '600' } });
  await use(api);
  await app.outbox.runOnce();
  const [delivery] = await deliveries(api, id);
  assert.equal(Date.parse(delivery.nextAttemptAt) - clock.nowMs, 600_000);
});

test('a receiver that asks for more than twelve hours is retried after twelve hours', async (t) => {
  const { api, app, receiver, id, clock } = await startHooked(t);
  receiver.answer = () => ({ status: 429, headers: { 'retry-after': '999999' } });
  await use(api);
  await app.outbox.runOnce();
  const [delivery] = await deliveries(api, id);
  assert.equal(delivery.state, 'pending');
  assert.equal(Date.parse(delivery.nextAttemptAt) - clock.nowMs, 12 * 3_600_000);
});

test('410 disables a webhook; enabled again, it receives later events', async (t) => {
  const { api, app, receiver, id } = await startHooked(t);
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

test('redirects are not followed, silence times out, and a closed port is unreachable', async (t) => {
  const { api, app, receiver, id } = await startHooked(t);
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

test('a test is a real delivery, at most once in ten seconds', async (t) => {
  const { api, app, receiver, id, clock } = await startHooked(t, ['usage.settled']);
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

test('a worker that is killed while sending delivers again, with the same id', async (t) => {
  const receiver = await startReceiver(t);
  receiver.answer = () => undefined;
  const environment = {
    DATABASE_URL: await emptyDatabase(t),
    WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
    // If instances share the work, another one waits this long, and a little longer, before it takes a delivery over.
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
  const state = async () => (await deliveries(apiAt(second.url), json.id))[0]?.state;
  while ((await state()) !== 'delivered') await passing(20);
  await second.stop('SIGTERM');
  const third = await startProcess(t, environment);
  const [delivery] = await deliveries(apiAt(third.url), json.id);
  assert.deepEqual([delivery.eventId, delivery.state], [entryId, 'delivered']);
  assert.deepEqual(
    receiver.received.map(({ headers }) => headers['webhook-id']),
    [entryId, entryId],
  );
});

test('deliveries are listed from the newest event on', async (t) => {
  const { api, app, id } = await startHooked(t);
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
