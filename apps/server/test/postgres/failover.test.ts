import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { PostgresNode } from '../harness/postgres-node.ts';
import { sendUntilAnswered } from '../harness/retrying.ts';
import { seededRandom } from '../harness/seeded-random.ts';
import { ServerProcesses } from '../harness/server-processes.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';
import {
  assertExactlyOnce,
  type Essence,
  essence,
  inParallel,
  registerServices,
  Workload,
} from '../harness/workload.ts';

const standbyName = 'standby_one';
const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };

test('if a synchronous standby is promoted under load, nothing acknowledged is lost and nothing is billed twice', async (t) => {
  const random = seededRandom(t);
  const primary = await PostgresNode.start(t, { synchronous_standby_names: standbyName });
  const standby = await primary.standby(t, standbyName);
  await primary.untilSynchronous();
  // The address remains and its target changes, like a virtual address or a redirected name.
  const address = await TcpProxy.start(t, primary.port);
  const environment = { DATABASE_URL: address.through(primary.url), LOG_LEVEL: 'silent' };
  const instances = new ServerProcesses(t, [environment, environment]);
  await instances.startAll();
  await registerServices(instances.api(0));
  const workload = new Workload(random);
  const acknowledged = new Map<string, Essence>();
  let isOver = false;
  const load = inParallel(
    24,
    () => (isOver ? undefined : workload.next()),
    async (write) => {
      const answer = await sendUntilAnswered(instances.apis, write, random);
      assert.ok(answer.status < 300, `${write.key}: ${answer.text}`);
      acknowledged.set(write.key, essence(answer));
    },
  );
  while (acknowledged.size < 300) await passing(10);
  await primary.kill();
  const before = acknowledged.size;
  await standby.promote();
  address.pointTo(standby.port);
  while (acknowledged.size < before + 300) await passing(10);
  isOver = true;
  await load;
  t.diagnostic(`${before} writes acknowledged before the fail-over, ${acknowledged.size - before} after it`);
  for (const api of instances.apis()) await assertExactlyOnce(api, workload, acknowledged);
});

test('without the standby a write waits and its outcome is unknown; when it is back the retry has one effect', async (t) => {
  const primary = await PostgresNode.start(t, { synchronous_standby_names: standbyName });
  const standby = await primary.standby(t, standbyName);
  await primary.untilSynchronous();
  const instances = new ServerProcesses(t, [{ DATABASE_URL: primary.url, LOG_LEVEL: 'silent' }]);
  await instances.startAll();
  const api = instances.api(0);
  assert.equal((await api.post('/usage', usage, 'before')).status, 201);
  await standby.kill();
  const waited = await api.post('/usage', usage, 'waited');
  assert.equal(waited.status, 503, waited.text);
  assert.equal(waited.json.error, 'outcome_unknown');
  assert.ok(Number(waited.headers.get('retry-after')) > 0);
  await standby.start();
  await primary.untilSynchronous();
  const random = seededRandom(t);
  const write = { key: 'waited', path: '/usage', body: usage };
  const retried = await sendUntilAnswered(instances.apis, write, random);
  assert.equal(retried.status, 201, retried.text);
  const audit = (await api.get('/audit')).json;
  assert.equal(audit.ok, true);
  assert.equal(audit.recorded.requests, 6);
});

test('if an operator cancels the wait for the standby, the answer says that the outcome is unknown', async (t) => {
  const primary = await PostgresNode.start(t, { synchronous_standby_names: standbyName });
  const standby = await primary.standby(t, standbyName);
  await primary.untilSynchronous();
  const instances = new ServerProcesses(t, [{ DATABASE_URL: primary.url, LOG_LEVEL: 'silent' }]);
  await instances.startAll();
  const api = instances.api(0);
  await standby.kill();
  let isAnswered = false;
  const sent = api.post('/usage', usage, 'broken-off').finally(() => {
    isAnswered = true;
  });
  while (!isAnswered) {
    await primary.query(`SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`);
    await passing(10);
  }
  // PostgreSQL has committed, but with a warning: a fail-over might still lose the commit.
  const answer = await sent;
  assert.equal(answer.status, 503, answer.text);
  assert.equal(answer.json.error, 'outcome_unknown');
  const again = await api.post('/usage', usage, 'broken-off');
  assert.equal(again.status, 201, again.text);
  assert.equal(again.headers.get('idempotency-replayed'), 'true');
});
