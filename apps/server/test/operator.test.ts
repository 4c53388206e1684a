import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';
import { countIn } from './harness/look-into.ts';
import { adminKey, apiOfTenant, asAdmin, withHeaders } from './harness/tenants.ts';

test('every JSON read has a tag, and is not sent again while unchanged', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 's', priceStroops: 5, description: 'x', owner: 'y' });
  const used = await api.post('/usage', { agent: 'a', serviceId: 's', requests: 3 }, 'k');
  const settled = await api.post('/settle', { agent: 'a', serviceId: 's' });
  await api.post('/agents/a/grants', { amount: '1', id: 'g' });
  await api.post('/holds', { agent: 'a', serviceId: 's', requests: 1, id: 'h' });
  await api.call('/limits/l', {
    method: 'PUT',
    body: { window: 'day', max: { quantity: '9' }, action: 'refuse' },
  });
  const hook = await api.post('/webhooks', { url: 'https://hooks.example.com/', events: ['*'] });
  const reads = Object.entries<{ get?: { responses: { 200: { headers?: { ETag?: object } } } } }>(
    (await api.get('/openapi.json')).json.paths,
  )
    .filter(([, { get }]) => get?.responses[200].headers?.ETag !== undefined)
    // The first one is outside the base path, and the second one measures, so each of its answers differs.
    .map(([path]) => path)
    .filter((path) => !['/health', '/api/v1/health/deep'].includes(path));
  assert.ok(reads.length >= 35, `${reads.length} reads`);
  const idOf = (path: string): string => {
    if (path.includes('/entries/{id}')) return used.headers.get('location')?.split('/').at(-1) ?? '';
    return path.includes('/settlements/{id}') ? settled.json.settlementId : hook.json.id;
  };
  for (const path of reads) {
    const filled = path
      .replace('/api/v1', '')
      .replace('{serviceId}', 's')
      .replace('{agent}', 'a')
      .replace('{grantId}', 'g')
      .replace('{holdId}', 'h')
      .replace('{name}', 'l')
      .replace('{code}', 'not_found')
      .replace('{assetCode}', 'XLM')
      .replace('{asset}', 'start.js')
      .replace('{id}', idOf(path))
      .replace(/allowance$/, 'allowance?serviceId=s&requests=1');
    const keyed = { 'idempotency-key': 'k' };
    const first = await api.get(filled, keyed);
    assert.equal(first.status, 200, filled);
    const tag = first.headers.get('etag') ?? '';
    const isStrong = /\/(?:billing\/\{agent\}|changelog$|openapi\.json$|docs)/.test(path);
    assert.match(tag, isStrong ? /^"[^"]+"$/ : /^W\/"[0-9a-f]{32}"$/, filled);
    const again = await api.get(filled, { ...keyed, 'if-none-match': `"other", ${tag}` });
    assert.deepEqual([again.status, again.text, again.headers.get('etag')], [304, '', tag], filled);
  }
  const weakened = { 'if-none-match': `W/${(await api.get('/billing/a/s')).headers.get('etag')}` };
  assert.equal((await api.get('/billing/a/s', weakened)).status, 304);
  const tags = async () =>
    (await Promise.all(['/entries', '/usage/a/s', '/billing/a/s'].map((path) => api.get(path)))).map(
      ({ headers }) => headers.get('etag'),
    );
  const before = await tags();
  await api.post('/usage', { agent: 'a', serviceId: 's', requests: 3 });
  const after = await tags();
  for (const [index, tag] of after.entries()) assert.notEqual(tag, before[index]);
  for (const path of ['/usage/export.json', '/entries/export.json'])
    assert.equal((await api.get(path)).headers.get('etag'), null);
});

test('answers show where their time was spent', async (t) => {
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

test('deep health commits a probe with safe settings, for the operator only, and leaves nothing in the books', async (t) => {
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
