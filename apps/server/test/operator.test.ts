import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';
import { countIn } from './harness/look-into.ts';
import { adminKey, apiOfTenant, asAdmin, withHeaders } from './harness/tenants.ts';

test('every list has a weak tag, and is not sent again while it is the same', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 's', priceStroops: 5 });
  await api.post('/usage', { agent: 'a', serviceId: 's', requests: 3 });
  const settled = await api.post('/settle', { agent: 'a', serviceId: 's' });
  const document = (await api.get('/openapi.json')).json;
  const lists = Object.entries<{
    get?: { responses: { 200: { content?: object; headers?: { ETag?: object } } } };
  }>(document.paths).filter(
    ([path, { get }]) => !path.includes('billing') && get?.responses[200].headers?.ETag !== undefined,
  );
  assert.ok(lists.length >= 12, `${lists.length} lists`);
  for (const [path] of lists) {
    const filled = path
      .replace('/api/v1', '')
      .replace('{serviceId}', 's')
      .replace('{agent}', 'a')
      .replace('{id}', settled.json.settlementId);
    if (filled.startsWith('/webhooks/')) continue;
    const first = await api.get(filled);
    assert.equal(first.status, 200, filled);
    const tag = first.headers.get('etag') ?? '';
    assert.match(tag, /^W\/"[0-9a-f]{32}"$/, filled);
    const again = await api.get(filled, { 'if-none-match': `"other", ${tag}` });
    assert.deepEqual([again.status, again.text, again.headers.get('etag')], [304, '', tag], filled);
  }
  const { headers } = await api.get('/entries');
  await api.post('/usage', { agent: 'a', serviceId: 's', requests: 3 });
  assert.equal((await api.get('/entries', { 'if-none-match': headers.get('etag') ?? '' })).status, 200);
});

test('answers tell where their time went', async (t) => {
  const { api } = await startInProcess(t);
  const write = await api.post('/usage', { agent: 'a', serviceId: 's', requests: 3 });
  const part = String.raw`dur=\d+\.\d\d`;
  assert.match(
    write.headers.get('server-timing') ?? '',
    new RegExp(`^queue;${part}, commit;${part}, total;${part}$`),
  );
  assert.match(
    (await api.get('/usage/a/s')).headers.get('server-timing') ?? '',
    new RegExp(`^total;${part}$`),
  );
  assert.match((await api.get('/nothing')).headers.get('server-timing') ?? '', /^total;/);
});

test('deep health commits a probe with the settings that are safe, for the operator only, and leaves nothing in the books', async (t) => {
  const { api, file } = await startInProcess(t, { ADMIN_API_KEY: adminKey });
  const admin = withHeaders(api, asAdmin);
  const { status, json } = await admin.get('/health/deep');
  assert.equal(status, 200);
  assert.equal(json.status, 'ok');
  assert.ok(json.readMs > 0 && json.writeMs > 0);
  assert.equal((await api.get('/health/deep')).status, 401);
  const { engine, settings, openings } = json.durability;
  if (engine === 'sqlite') {
    assert.deepEqual(settings, {
      journal_mode: 'wal',
      synchronous: '2',
      foreign_keys: '1',
      fullfsync: '1',
      checkpoint_fullfsync: '1',
    });
    assert.equal(openings, 1);
    assert.equal(countIn(file, `SELECT journal_mode = 'wal' FROM pragma_journal_mode`), 1);
  } else {
    assert.deepEqual(Object.keys(settings), ['fsync', 'full_page_writes', 'synchronous_commit']);
  }
  const own = await apiOfTenant(api, 'acme');
  assert.equal((await own.get('/health/deep')).status, 403);
  await admin.post('/admin/pause', {});
  assert.equal((await admin.get('/health/deep')).status, 200, 'a paused server is not a sick one');
});
