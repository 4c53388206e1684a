import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { PostgresNode } from '../harness/postgres-node.ts';
import { ServerProcesses } from '../harness/server-processes.ts';
import { essence } from '../harness/workload.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };

async function threeInstances(t: TestContext, settings: Readonly<Record<string, string>> = {}) {
  const database = await PostgresNode.start(t);
  const environment = { DATABASE_URL: database.url, LOG_LEVEL: 'error', ...settings };
  const instances = new ServerProcesses(t, [environment, environment, environment]);
  // On an empty database, each of them finds no tables and creates them all.
  await instances.startAll();
  return { database, instances };
}

for (const isPrepared of ['true', 'false']) {
  test(`50 simultaneous duplicates at three instances have one effect and 50 equal answers (prepared: ${isPrepared})`, async (t) => {
    const { instances } = await threeInstances(t, { DATABASE_PREPARED: isPrepared });
    const apis = instances.apis();
    for (let round = 0; round < 5; round++) {
      const sent = Array.from({ length: 50 }, (_, at) =>
        instances.api(at % apis.length).post('/usage', usage, `once-${round}`),
      );
      const answers = await Promise.all(sent);
      const [first] = answers;
      for (const answer of answers) {
        assert.equal(answer.status, 201, answer.text);
        assert.deepEqual(essence(answer), first && essence(first));
      }
      const replayed = answers.filter(({ headers }) => headers.get('idempotency-replayed') === 'true');
      assert.equal(replayed.length, 49);
    }
    for (const api of apis) {
      assert.equal((await api.get('/usage/agent-7/search')).json.total, 15);
      assert.equal((await api.get('/audit')).json.ok, true);
    }
  });
}

test('the same usage ids sent to three instances, in opposite orders and without keys, are recorded once', async (t) => {
  const { instances } = await threeInstances(t);
  const items = Array.from({ length: 200 }, (_, at) => ({
    id: `event-${at}`,
    agent: `agent-${at % 5}`,
    serviceId: `service-${at % 3}`,
    requests: 1 + (at % 7),
  }));
  const orders = [items, items.toReversed(), items.toSorted((a, b) => (a.agent < b.agent ? 1 : -1))];
  const answers = await Promise.all(
    orders.flatMap((order, at) => [
      instances.api(at).post('/usage/bulk', { items: order }),
      instances.api((at + 1) % 3).post('/usage/bulk', { items: order.slice(0, 120) }),
      ...order.slice(0, 20).map((item) => instances.api((at + 2) % 3).post('/usage', item)),
    ]),
  );
  for (const { status, text } of answers) assert.ok(status === 201 || status === 200, text);
  const audit = (await instances.api(0).get('/audit')).json;
  assert.equal(audit.ok, true);
  assert.equal(audit.entries, items.length);
  assert.equal(
    audit.recorded.requests,
    items.reduce((sum, { requests }) => sum + requests, 0),
  );
});

test('with usage, settlements and price changes at three instances, each entry is billed once, at the price of its time', async (t) => {
  const { instances } = await threeInstances(t);
  const one = instances.api(0);
  await one.post('/services', { serviceId: 'search', priceStroops: 1 });
  const prices = [2, 3, 5, 7, 11];
  let sent = 0;
  const work = instances.apis().flatMap((api, at) => [
    ...Array.from({ length: 60 }, () => {
      sent += 3;
      return api.post('/usage', usage);
    }),
    ...Array.from({ length: 8 }, () => api.post('/settle', { agent: 'agent-7', serviceId: 'search' })),
    ...prices.map((priceStroops) =>
      api.call('/services/search/price', { method: 'PATCH', body: { priceStroops: priceStroops + at } }),
    ),
    api.post('/settle/bulk', { agent: 'agent-7' }),
  ]);
  for (const { status, text } of await Promise.all(work)) assert.ok(status < 300, text);
  await one.post('/settle', { agent: 'agent-7', serviceId: 'search' });
  const audit = (await one.get('/audit')).json;
  assert.deepEqual(audit.differences, []);
  assert.equal(audit.settled.requests, sent);
  assert.equal(audit.outstanding.requests, 0);
  const versions = (await one.get('/services/search/prices')).json.items.map(
    ({ version }: { readonly version: number }) => version,
  );
  assert.deepEqual(
    versions,
    versions.map((_: number, at: number) => at + 1),
  );
});
