import assert from 'node:assert/strict';
import test from 'node:test';
import { runSql } from './harness/sql.ts';
import { deliveries, startHooked, use } from './harness/webhooks.ts';

const at = (ms: number) => new Date(ms).toISOString();

test('a receiver that fails for five days is disabled, and receives the pending events after it is enabled again', async (t) => {
  const { api, app, receiver, id, clock } = await startHooked(t);
  const read = async () => (await api.get(`/webhooks/${id}`)).json;
  receiver.answer = () => ({ status: 500 });
  const items = Array.from({ length: 60 }, () => ({ agent: 'a', serviceId: 's', requests: 1 }));
  await api.post('/usage/bulk', { items });
  const failingSince = clock.nowMs;
  while ((await app.outbox.runOnce()) > 0);
  const failing = await read();
  assert.deepEqual(
    [failing.disabled, failing.failures, failing.failingSince, failing.disabledAt],
    [false, 60, at(failingSince), null],
  );
  clock.nowMs += 5 * 86_400_000;
  while ((await app.outbox.runOnce()) > 0);
  const off = await read();
  assert.deepEqual(
    [off.disabled, off.disabledReason, off.disabledAt, off.failingSince],
    [true, 'failing', at(clock.nowMs), at(failingSince)],
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

test('one successful delivery resets the count of failures', async (t) => {
  const { api, app, receiver, id, clock } = await startHooked(t);
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
  const { api, clock, id, databaseUrl } = await startHooked(t);
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
