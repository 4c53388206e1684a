import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MetricEntry, metricTable } from '../src/metrics/metric-table.ts';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { openTargets, startHooked, use } from './harness/webhooks.ts';

const engine = process.env['BILLONCE_TEST_ENGINE'] === 'postgres' ? 'postgres' : 'sqlite';

/** The value of each sample of a scrape, by its name with labels. */
async function scrape(api: Api): Promise<ReadonlyMap<string, number>> {
  const { status, text } = await api.get('/metrics');
  assert.equal(status, 200, text);
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ')))]),
  );
}

function withLabels(metrics: ReadonlyMap<string, number>, start: string): string[] {
  return [...metrics.keys()].filter((name) => name.startsWith(start));
}

test('a scrape has exactly the metrics of the reference page, with their types and texts', async (t) => {
  const { api } = await startInProcess(t);
  const { text } = await api.get('/metrics');
  const ours = text.split('\n').filter((line) => /^# (?:HELP|TYPE) billonce_/.test(line));
  const expected = Object.entries<MetricEntry>(metricTable).flatMap(([name, { kind, help }]) => [
    `# HELP billonce_${name} ${help}`,
    `# TYPE billonce_${name} ${kind}`,
  ]);
  assert.deepEqual(ours.toSorted(), expected.toSorted());
  for (const name of [
    'process_resident_memory_bytes',
    'process_cpu_seconds_total',
    'nodejs_heap_size_used_bytes',
  ]) {
    assert.match(text, new RegExp(`^${name} \\d`, 'm'), name);
  }
});

test('names follow the conventions of Prometheus: counters end in _total, and no other metric does', () => {
  for (const [name, { kind, labels }] of Object.entries<MetricEntry>(metricTable)) {
    assert.match(name, /^[a-z][a-z_]*[a-z]$/);
    assert.equal(name.endsWith('_total'), kind === 'counter', name);
    if (kind === 'histogram') assert.match(name, /_(?:seconds|bytes|items)$/);
    for (const label of labels) assert.match(label, /^[a-z]+$/);
  }
});

test('a scrape shows the database, the build, the slots of the queue, and whether writes are paused', async (t) => {
  const first = await startInProcess(t);
  await use(first.api);
  const metrics = await scrape(first.api);
  const [build = ''] = withLabels(metrics, 'billonce_build_info{');
  assert.match(build, new RegExp(`version="0.0.0-test",node="${process.version}",engine="${engine}"`));
  assert.equal(metrics.get(build), 1);
  assert.equal(metrics.get('billonce_database_up'), 1);
  assert.ok((metrics.get('billonce_database_bytes') ?? 0) > 10_000);
  // The tests' role is a superuser, which may see the log of the server.
  assert.ok((metrics.get('billonce_wal_bytes') ?? 0) > 1_000);
  assert.equal(metrics.has('billonce_disk_free_bytes'), engine === 'sqlite');
  assert.equal(metrics.get('billonce_paused'), 0);
  assert.equal(metrics.get('billonce_queue_used_ratio'), 0);
  assert.ok((metrics.get('billonce_queue_slots') ?? 0) >= 100_000);
  assert.ok((metrics.get('billonce_in_flight_slots') ?? 0) >= 2_000);
  assert.equal((await first.api.call('/admin/pause', { method: 'POST' })).status, 200);
  await first.app.close();
  const again = await startInProcess(t, { DATABASE_URL: first.databaseUrl });
  assert.equal((await scrape(again.api)).get('billonce_paused'), 1);
});

test('recorded usage is counted once: replays, duplicates, refusals and reversals are not counted', async (t) => {
  const { api } = await startInProcess(t);
  const usage = { agent: 'a', serviceId: 's', requests: 3 };
  await api.post('/services', { serviceId: 's', priceStroops: 5 });
  await api.post('/usage', usage, 'k1');
  await api.post('/usage', usage, 'k1');
  await api.post('/usage', { ...usage, id: 'e1' });
  await api.post('/usage', { ...usage, id: 'e1' });
  const items = [{ ...usage, id: 'e1' }, { ...usage, id: 'e2' }, { ...usage, id: 'e3' }, { agent: '' }];
  await api.post('/usage/bulk', { items }, 'b1');
  await api.post('/usage/bulk', { items }, 'b1');
  await api.post('/usage', { ...usage, requests: 0 });
  await api.call('/agents/a/billing', { method: 'PUT', body: { mode: 'prepaid' } });
  await api.post('/agents/a/grants', { amount: '10' });
  await api.post('/holds', { ...usage, id: 'h1' });
  await api.post('/holds/h1/capture', { requests: 2, id: 'u1' });
  await api.post('/holds/h1/capture', { requests: 2, id: 'u1' });
  assert.equal((await api.call('/usage/a/s', { method: 'DELETE' })).status, 200);
  assert.equal((await scrape(api)).get('billonce_usage_recorded_total'), 1 + 1 + 2 + 1);
});

test('a scrape shows how many deliveries wait and how old the oldest event is, without those of a deleted webhook', async (t) => {
  const { api, app, id, receiver, clock, databaseUrl } = await startHooked(t);
  receiver.answer = () => ({ status: 500 });
  const gone = await api.post('/webhooks', { url: receiver.url, events: ['*'] });
  await use(api, 3);
  clock.nowMs += 60_000;
  await use(api, 4);
  await api.call(`/webhooks/${gone.json.id}`, { method: 'DELETE' });
  const metrics = await scrape(api);
  const pending = (await api.get(`/webhooks/${id}/deliveries?limit=100`)).json.items.filter(
    ({ state }: { readonly state: string }) => state === 'pending',
  );
  assert.ok(pending.length >= 2);
  assert.equal(metrics.get('billonce_webhook_pending'), pending.length);
  const age = metrics.get('billonce_webhook_oldest_pending_seconds') ?? 0;
  assert.ok(age >= 60 && age < 120, String(age));
  receiver.answer = () => ({ status: 200 });
  await app.outbox.runOnce();
  await app.close();
  const again = await startInProcess(t, { ...openTargets, DATABASE_URL: databaseUrl }, clock.nowMs);
  const later = await scrape(again.api);
  assert.equal(later.get('billonce_webhook_pending'), 0);
  assert.equal(later.get('billonce_webhook_oldest_pending_seconds'), 0);
});
