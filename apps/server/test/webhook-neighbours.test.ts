// Law L3 for webhooks: one tenant's receivers never use up the places and turns of another tenant.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { startReceiver, turnsUntil } from './harness/receiver.ts';
import { adminKey, apiOfTenant, budgetUsed } from './harness/tenants.ts';

const environment = {
  ADMIN_API_KEY: adminKey,
  WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
  WEBHOOK_TIMEOUT_MS: '60000',
};
const usage = { agent: 'a', serviceId: 's', requests: 1 };

async function hooks(tenant: Api, url: string, count: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    const made = await tenant.post('/webhooks', { url: `${url}/${number}`, events: ['*'] });
    assert.equal(made.status, 201, made.text);
  }
}

async function use(tenant: Api, items: number): Promise<void> {
  const answer = await tenant.post('/usage/bulk', { items: Array.from({ length: items }, () => usage) });
  assert.ok(answer.status < 300, answer.text);
}

test('sixteen hanging webhooks hold four places, and another tenant gets its delivery in the next turn', {
  timeout: 50_000,
}, async (t) => {
  const { api, app } = await startInProcess(t, environment);
  const tarpit = await startReceiver(t);
  tarpit.answer = () => undefined;
  const receiver = await startReceiver(t);
  const hostile = await apiOfTenant(api, 'hostile');
  const honest = await apiOfTenant(api, 'honest');
  await hooks(hostile, tarpit.url, 16);
  await hooks(honest, receiver.url, 1);
  await use(hostile, 50);
  // This is not awaited, because its attempts hang until the end of the test.
  const running = [app.outbox.runOnce()];
  await tarpit.has(4);
  assert.equal(await budgetUsed(api, 'webhook_places', 'hostile'), 4);
  for (let turn = 1; turn <= 5; turn++) {
    await use(honest, 1);
    await turnsUntil(receiver, turn, () => running.push(app.outbox.runOnce()));
  }
  assert.equal(tarpit.received.length, 4, 'of 800 deliveries');
  await app.close();
  await Promise.all(running);
});

test('thirty-two webhooks that refuse all messages cost few attempts, and another one receives its messages meanwhile', {
  timeout: 50_000,
}, async (t) => {
  const { api, app } = await startInProcess(t, environment);
  const refusing = await startReceiver(t);
  refusing.answer = () => ({ status: 500 });
  const receiver = await startReceiver(t);
  for (const name of ['hostile-1', 'hostile-2']) {
    const hostile = await apiOfTenant(api, name);
    await hooks(hostile, refusing.url, 16);
    await use(hostile, 50);
  }
  const honest = await apiOfTenant(api, 'honest');
  await hooks(honest, receiver.url, 1);
  await use(honest, 200);
  t.mock.timers.enable({ apis: ['setInterval'] });
  app.outbox.start();
  t.mock.timers.tick(200);
  await receiver.has(200);
  // Two while nothing is known about a webhook yet, and one more in the same tick.
  assert.ok(refusing.received.length <= 3 * 32, `${refusing.received.length} of 1,600 were tried`);
});

test('a webhook that answers receives its messages one after the other, without a tick of the timer in between', {
  timeout: 50_000,
}, async (t) => {
  const { api, app } = await startInProcess(t, environment);
  const receiver = await startReceiver(t);
  const tenant = await apiOfTenant(api, 'honest');
  await hooks(tenant, receiver.url, 1);
  await use(tenant, 200);
  t.mock.timers.enable({ apis: ['setInterval'] });
  app.outbox.start();
  t.mock.timers.tick(200);
  await receiver.has(200);
});
