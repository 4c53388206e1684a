import assert from 'node:assert/strict';
import test from 'node:test';
import { Webhook } from 'standardwebhooks';
import { checkClaims, take } from '../../../packages/idempotency/test/harness/taken-blocks.ts';
import { codeBlocksOf } from '../../../tools/code-blocks.ts';
import { deliveries, type Listed, startHooked, use } from './harness/webhooks.ts';

test('the secret is shown once, to its creator, and is not in the file if keys at rest are set', async (t) => {
  const atRest = `k1:${'ab'.repeat(32)}`;
  const { api, app, receiver, id, secret } = await startHooked(t, ['*'], { ANSWER_ENCRYPTION_KEYS: atRest });
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

test('messages are signed with the old and the new secret for a stated time, and then with the new one only', async (t) => {
  const atRest = `k1:${'ab'.repeat(32)}`;
  const { api, app, receiver, id, secret, clock } = await startHooked(t, ['*'], {
    ANSWER_ENCRYPTION_KEYS: atRest,
  });
  const rotate = (query: string, key: string) =>
    api.call(`/webhooks/${id}/rotate-secret${query}`, { method: 'POST', key });
  const signers = async (...secrets: readonly string[]) => {
    await use(api);
    await app.outbox.runOnce();
    const message = receiver.received.at(-1);
    assert.ok(message);
    const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'] as const;
    const headers = Object.fromEntries(names.map((name) => [name, String(message.headers[name])]));
    // The library accepts five minutes before and after its own clock.
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
  assert.equal(rotated.json.formerSecretUntil, new Date(clock.nowMs + 60_000).toISOString());
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

test('if ownership must be proven, nothing is delivered until the receiver has echoed the challenge', async (t) => {
  const { api, app, receiver, id, clock } = await startHooked(t, ['*'], { WEBHOOK_OWNERSHIP_PROOF: 'true' });
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
  // The message has the form that the how-to shows.
  const how = 'docs/how-to/receive-events.md';
  const shown = take(how, codeBlocksOf(how).find(({ language }) => language === 'json')?.text ?? '');
  const membersOf = (text: string) => {
    const { data, ...message } = JSON.parse(text);
    return [Object.keys(message), Object.keys(data), message.type];
  };
  assert.deepEqual(membersOf(receiver.received.at(-1)?.body ?? ''), membersOf(shown));
  assert.deepEqual(await outcomes(), ['unproven'], 'a 204 is no proof');
  assert.deepEqual(await state(), [true, 'unproven', 'pending']);
  // A server that reflects every message does not compute the answer to the challenge.
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

  // Another URL means another receiver. Pending deliveries wait for its proof.
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

test('without the setting no receiver must prove ownership', async (t) => {
  const { api, app, receiver, id } = await startHooked(t);
  assert.equal((await api.get(`/webhooks/${id}`)).json.ownership, 'not_required');
  assert.equal((await api.call(`/webhooks/${id}/test`, { method: 'POST' })).status, 200);
  assert.equal(await app.outbox.runOnce(), 1);
  assert.deepEqual(JSON.parse(receiver.received[0]?.body ?? '').data, { webhookId: id });
  assert.equal((await deliveries(api, id))[0].state, 'delivered');
});

checkClaims(import.meta.url);
