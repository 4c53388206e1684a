// Tests the outbox and the sweep of two servers on one database.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { emptyPostgres, postgresEnvironment } from '../harness/database.ts';
import { startInProcess } from '../harness/in-process.ts';
import { connect, untilWaiting } from '../harness/instances.ts';
import { type ReceiverAnswer, startReceiver, turnsUntil } from '../harness/receiver.ts';
import { countAnswers, countRecords, dateOf } from '../harness/sql.ts';
import { adminKey, apiOfTenant } from '../harness/tenants.ts';
import { uuidV7At } from '../harness/uuid-v7.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };
const dayMs = 86_400_000;
const timeoutMs = 300;

async function startTwo(t: TestContext, environment: Readonly<Record<string, string>> = {}) {
  const databaseUrl = await emptyPostgres();
  const all = {
    ...postgresEnvironment,
    WEBHOOK_ALLOW_PRIVATE_TARGETS: 'true',
    WEBHOOK_TIMEOUT_MS: String(timeoutMs),
    IDEMPOTENCY_RETENTION_DAYS: '35',
    ...environment,
    DATABASE_URL: databaseUrl,
  };
  const [here, there] = [await startInProcess(t, all), await startInProcess(t, all)];
  there.clock.nowMs = here.clock.nowMs;
  const pass = (ms: number) => {
    here.clock.nowMs += ms;
    there.clock.nowMs += ms;
  };
  /** Lets days pass, and both servers sweep at the same time on each of them. */
  const passDays = async (days: number) => {
    for (let day = 0; day < days; day++) {
      pass(dayMs);
      await Promise.all([here.app.sweep.runOnce(), there.app.sweep.runOnce()]);
    }
  };
  return { databaseUrl, here, there, pass, passDays, client: await connect(t, databaseUrl) };
}

test('two simultaneous outboxes send each event once, and both have work', async (t) => {
  const { here, there } = await startTwo(t);
  const receiver = await startReceiver(t);
  await here.api.post('/webhooks', { url: receiver.url, events: ['*'] });
  const items = Array.from({ length: 100 }, () => usage);
  await here.api.post('/usage/bulk', { items });
  const sent = [0, 0];
  while (receiver.received.length < items.length) {
    const round = await Promise.all([here.app.outbox.runOnce(), there.app.outbox.runOnce()]);
    assert.ok(
      round.some((count) => count > 0),
      'something is left, and nobody sends it',
    );
    for (const [index, count] of round.entries()) sent[index] = (sent[index] ?? 0) + count;
  }
  const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
  assert.equal(new Set(ids).size, items.length);
  assert.equal(ids.length, items.length);
  assert.ok(
    sent.every((count) => count > 0),
    sent.join(),
  );
  assert.equal((await here.app.outbox.runOnce()) + (await there.app.outbox.runOnce()), 0);
});

test('deliveries of a server that died are sent by another one, after its time and not before', async (t) => {
  const { here, there, pass } = await startTwo(t);
  const receiver = await startReceiver(t);
  await here.api.post('/webhooks', { url: receiver.url, events: ['*'] });
  await here.api.post('/usage', usage);
  receiver.answer = () => undefined;
  const dying = here.app.outbox.runOnce();
  await receiver.has(1);
  assert.equal(await there.app.outbox.runOnce(), 0, 'it is on its way');
  // The server is stopped before it could record an outcome.
  await here.app.close();
  await dying;
  receiver.answer = () => ({ status: 204 });
  pass(timeoutMs + 9_999);
  assert.equal(await there.app.outbox.runOnce(), 0);
  pass(1);
  assert.equal(await there.app.outbox.runOnce(), 1);
  const [first, second] = receiver.received;
  assert.equal(first?.headers['webhook-id'], second?.headers['webhook-id']);
});

test('a delivery under way is not sent by another server, even if it is requested again meanwhile', async (t) => {
  const { here, there } = await startTwo(t, { WEBHOOK_TIMEOUT_MS: '60000' });
  const receiver = await startReceiver(t);
  const hook = (await here.api.post('/webhooks', { url: receiver.url, events: ['*'] })).json;
  await here.api.post('/usage', usage);
  const held = Promise.withResolvers<ReceiverAnswer>();
  receiver.answer = () => held.promise;
  const sending = here.app.outbox.runOnce();
  await receiver.has(1);
  const event = receiver.received[0]?.headers['webhook-id'];
  const path = `/webhooks/${hook.id}/deliveries/${event}/redeliver`;
  assert.equal((await there.api.call(path, { method: 'POST' })).status, 200);
  assert.equal(await there.app.outbox.runOnce(), 0);
  assert.equal(receiver.received.length, 1);
  held.resolve({ status: 500 });
  await sending;
  // The failure was recorded: the first server that checks after the retry is due tries again.
  receiver.answer = () => ({ status: 204 });
  here.clock.nowMs += 60_000;
  there.clock.nowMs += 60_000;
  assert.equal(await there.app.outbox.runOnce(), 1);
});

test('each server gives few places to a tenant with hanging receivers, and both deliver to the others', {
  timeout: 50_000,
}, async (t) => {
  const { here, there } = await startTwo(t, { ADMIN_API_KEY: adminKey, WEBHOOK_TIMEOUT_MS: '60000' });
  const tarpit = await startReceiver(t);
  tarpit.answer = () => undefined;
  const receiver = await startReceiver(t);
  const hostile = await apiOfTenant(here.api, 'hostile');
  const honest = await apiOfTenant(here.api, 'honest');
  for (let number = 0; number < 16; number++) {
    await hostile.post('/webhooks', { url: `${tarpit.url}/${number}`, events: ['*'] });
  }
  await honest.post('/webhooks', { url: receiver.url, events: ['*'] });
  await hostile.post('/usage/bulk', { items: Array.from({ length: 50 }, () => usage) });
  // These are not awaited, because their attempts hang until the end of the test.
  const running = [here.app.outbox.runOnce(), there.app.outbox.runOnce()];
  await tarpit.has(8);
  for (const [turn, { app }] of [here, there, here, there].entries()) {
    await honest.post('/usage', usage);
    await turnsUntil(receiver, turn + 1, () => running.push(app.outbox.runOnce()));
  }
  assert.equal(tarpit.received.length, 8, 'four for each server, of 800 deliveries');
  await Promise.all([here.app.close(), there.app.close()]);
  await Promise.all(running);
});

test('servers that sweep at the same time evict and forget everything that is due, and nothing else', async (t) => {
  const { databaseUrl, here, there, passDays } = await startTwo(t, { IDEMPOTENCY_CACHE_MAX_ENTRIES: '10' });
  const { clock } = here;
  const keys = Array.from({ length: 300 }, (_, number) =>
    number % 2 === 0 ? `key-${number}` : uuidV7At(clock.nowMs, number),
  );
  await Promise.all(keys.map((key) => here.api.post('/usage', usage, key)));
  await Promise.all([here.app.sweep.runOnce(), there.app.sweep.runOnce()]);
  assert.deepEqual([...(await countAnswers(databaseUrl)).values()], [10]);
  await passDays(34);
  assert.equal((await countAnswers(databaseUrl)).size, 0);
  assert.equal(await countRecords(databaseUrl), keys.length);
  await passDays(5);
  assert.equal(await countRecords(databaseUrl), 0);
  assert.equal((await here.api.get('/usage/agent-7/search')).json.total, 900);
});

test('rows of a day without a partition go to the default one, and are forgotten from there', async (t) => {
  const { databaseUrl, here, there, client, pass, passDays } = await startTwo(t);
  // Both servers sweep at their start. After that, the partitions of a week exist, and no more are created.
  await Promise.all([here.app.sweep.runOnce(), there.app.sweep.runOnce()]);
  pass(30 * dayMs);
  const key = uuidV7At(here.clock.nowMs);
  await here.api.post('/usage', usage, key);
  for (const table of ['records', 'answers']) {
    assert.equal((await client.query(`SELECT 1 FROM ${table}_rest`)).rowCount, 1, table);
  }
  // Partitions are created only for days without rows in the default partition.
  await passDays(2);
  assert.equal((await here.api.post('/usage', usage, key)).headers.get('idempotency-replayed'), null);
  await here.api.post('/usage', usage, 'later');
  await passDays(2);
  const counted = await countAnswers(databaseUrl);
  assert.equal(counted.has(dateOf(here.clock.nowMs - 4 * dayMs)), false);
  await passDays(40);
  assert.equal(await countRecords(databaseUrl), 0);
});

test('a clock that was briefly far ahead leaves no days without partitions', async (t) => {
  const { here, client, pass } = await startTwo(t);
  pass(365 * dayMs);
  await here.app.sweep.runOnce();
  pass(-365 * dayMs + 20 * dayMs);
  await here.app.sweep.runOnce();
  await here.api.post('/usage', usage, uuidV7At(here.clock.nowMs));
  for (const table of ['records', 'answers']) {
    assert.equal((await client.query(`SELECT 1 FROM ${table}_rest`)).rowCount, 0, table);
  }
});

test('pending deliveries keep their partition, no matter how old they are', async (t) => {
  const { here, there, client, pass, passDays } = await startTwo(t);
  const receiver = await startReceiver(t);
  const hook = (await here.api.post('/webhooks', { url: receiver.url, events: ['*'] })).json;
  const switchTo = (disabled: boolean) =>
    here.api.call(`/webhooks/${hook.id}`, { method: 'PATCH', body: { disabled } });
  await here.api.post('/usage', usage);
  await here.api.post('/usage', usage);
  const { rows } = await client.query('SELECT event FROM deliveries ORDER BY event');
  await client.query(`UPDATE deliveries SET state = 'delivered' WHERE event = $1`, [rows[0]?.event]);
  assert.equal((await switchTo(true)).status, 200);
  await passDays(35);
  const kept = await client.query('SELECT event FROM deliveries');
  assert.deepEqual(kept.rows, [rows[1]], 'the one that has ended was forgotten beside it');
  await switchTo(false);
  pass(1);
  assert.equal((await here.app.outbox.runOnce()) + (await there.app.outbox.runOnce()), 1);
  await passDays(1);
  assert.equal((await client.query('SELECT 1 FROM deliveries')).rowCount, 0);
});

test('an ended delivery is removed with the partition of its day, and not separately', async (t) => {
  const { here, there, client, pass, passDays } = await startTwo(t);
  // The time is early in a day, so that this day is not over when the delivery is old enough.
  pass(dayMs - (here.clock.nowMs % dayMs) + 3_600_000);
  const receiver = await startReceiver(t);
  await here.api.post('/webhooks', { url: receiver.url, events: ['*'] });
  await here.api.post('/usage', usage);
  pass(1);
  assert.equal((await here.app.outbox.runOnce()) + (await there.app.outbox.runOnce()), 1);
  await passDays(30);
  pass(3_600_000);
  await Promise.all([here.app.sweep.runOnce(), there.app.sweep.runOnce()]);
  assert.equal((await client.query('SELECT 1 FROM deliveries')).rowCount, 1);
  await passDays(1);
  assert.equal((await client.query('SELECT 1 FROM deliveries')).rowCount, 0);
});

test('a partition is created during a running batch, or by the next sweep', async (t) => {
  const { here, there, client, pass } = await startTwo(t);
  await client.query('BEGIN');
  await client.query('LOCK TABLE answers_rest IN ACCESS SHARE MODE');
  pass(dayMs);
  const sweeping = Promise.all([here.app.sweep.runOnce(), there.app.sweep.runOnce()]);
  await untilWaiting(client, 1);
  // It gives up soon, so that no statement waits for it for long.
  await sweeping;
  await client.query('ROLLBACK');
  const [report] = await here.app.sweep.runOnce();
  assert.equal(Reflect.get(report ?? {}, 'partsMade'), 1);
});
