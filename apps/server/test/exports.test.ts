import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Api, apiAt } from './harness/api.ts';
import { emptyDatabase } from './harness/database.ts';
import { startInProcess } from './harness/in-process.ts';
import { startProcess } from './harness/process.ts';
import { connectTo } from './harness/raw-http.ts';

async function record(api: Api, count: number): Promise<void> {
  for (let from = 0; from < count; from += 1_000) {
    const items = Array.from({ length: Math.min(1_000, count - from) }, (_, number) => ({
      agent: `agent-${number % 3}`,
      serviceId: 'search',
      requests: 1 + (number % 5),
      id: `=event-${from + number}`,
    }));
    assert.equal((await api.post('/usage/bulk', { items })).status, 201);
  }
}

test('an export has the content and order of the list, with the same filters, and a file name', async (t) => {
  const { api, clock } = await startInProcess(t);
  await api.post('/services', { serviceId: 'search', priceStroops: 2 });
  await record(api, 1_200);
  await api.post('/settle/bulk', { agent: 'agent-1' });
  clock.nowMs += 1_000;
  const since = new Date(clock.nowMs).toISOString();
  await record(api, 10);
  const [first] = (await api.get('/entries?limit=1')).json.items;
  const reason = '=HYPERLINK("https://evil.example")';
  await api.post(`/entries/${first.id}/reverse`, { reason });
  const [bill] = (await api.get('/settlements')).json.items;
  const queries = [
    '',
    'agent=agent-1',
    'agent=agent-1&serviceId=search',
    `from=${since}`,
    `settlementId=${bill.id}`,
  ];
  for (const query of queries) {
    const exported = await api.get(`/entries/export.json?${query}`);
    assert.equal(exported.status, 200);
    assert.equal(exported.headers.get('content-disposition'), 'attachment; filename=entries.json');
    const listed = [];
    let cursor = '';
    for (let hasMore = true; hasMore; ) {
      const page: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { json } = await api.get(`/entries?${query}&limit=1000${page}`);
      listed.push(...json.items);
      ({ hasMore, nextCursor: cursor } = json);
    }
    assert.deepEqual(exported.json, { items: listed }, query);
    const csv = await api.get(`/entries/export.csv?${query}`);
    assert.match(csv.headers.get('content-type') ?? '', /^text\/csv/);
    assert.equal(csv.headers.get('content-disposition'), 'attachment; filename=entries.csv');
    const rows = csv.text.split('\r\n');
    assert.equal(rows.length, listed.length + 2);
    assert.equal(rows[1]?.split(',')[0], listed[0].id);
  }
  const csv = (await api.get('/entries/export.csv')).text;
  assert.equal(/(^|,)"?[=+@]/m.test(csv), false, 'no field is a formula');
  assert.match(
    csv,
    /,-1,1,,,[^,]+Z,[0-9a-f-]{36},0,1,"'=HYPERLINK\(""https:\/\/evil.example""\)",,,2,-2,,false,,0\.0000002,-0\.0000002,XLM,0,,,,\r\n$/,
  );
  const bills = (await api.get('/settlements.csv')).text.split('\r\n');
  assert.equal(bills[1]?.startsWith(`${bill.id},agent-1,search,1,0,400,`), true, bills[1]);
  assert.equal((await api.get('/settlements.csv?agent=nobody')).text.split('\r\n').length, 2);
  for (const path of ['/entries/export.json?agents=a', '/settlements.csv?from=1']) {
    assert.equal((await api.get(path)).status, 400, path);
  }
  const head = await api.call('/entries/export.csv', { method: 'HEAD' });
  assert.deepEqual([head.status, head.text], [200, '']);
});

test('an export without rows is a complete file', async (t) => {
  const { api } = await startInProcess(t);
  assert.deepEqual((await api.get('/entries/export.json')).json, { items: [] });
  assert.equal((await api.get('/entries/export.csv')).text.split('\r\n').length, 2);
});

test('the entries of a settlement are listed exactly, in pages; an unknown settlement gives 404', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/services', { serviceId: 'search', priceStroops: 2 });
  await record(api, 30);
  await api.post('/settle/bulk', { agent: 'agent-1' });
  await record(api, 30);
  const [bill] = (await api.get('/settlements')).json.items;
  const first = (await api.get(`/settlements/${bill.id}/entries?limit=6`)).json;
  const second = (await api.get(`/settlements/${bill.id}/entries?limit=6&cursor=${first.nextCursor}`)).json;
  const sequences = [...first.items, ...second.items].map(({ sequence }) => sequence);
  assert.deepEqual(sequences, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  assert.equal(second.hasMore, false);
  assert.equal((await api.get('/settlements/019a7f6e-3a60-7c3e-9b1d-0123456789ab/entries')).status, 404);
  assert.equal((await api.get(`/settlements/${bill.id}/entries?curser=a`)).status, 400);
});

/** Requests an export on a separate connection, and waits for the first bytes. */
async function begin(t: Parameters<typeof connectTo>[0], url: string, path: string) {
  const { socket, write } = await connectTo(t, url);
  const begun = new Promise((resolve) => socket.once('data', resolve));
  await write(`GET /api/v1${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  await begun;
  return socket;
}

test('a client that leaves, and one that stops reading, end their exports', {
  timeout: 60_000,
}, async (t) => {
  const { api, app } = await startInProcess(t, { ANSWER_STALL_MS: '300' });
  await record(api, 60_000);
  const gone = await begin(t, api.url, '/entries/export.json');
  gone.destroy();
  const stalled = await begin(t, api.url, '/entries/export.json');
  stalled.pause();
  assert.equal((await api.get('/health')).status, 200);
  // Closing waits for unfinished answers: it would never end if an export continued without a reader.
  await app.close();
});

const entriesMax = Number(process.env['EXPORT_ENTRIES'] ?? 80_000);
const heapMebibytes = 80;

test(`for exports of ${entriesMax} entries, read or not, a heap of ${heapMebibytes} MiB is enough`, async (t) => {
  const environment = {
    DATABASE_URL: await emptyDatabase(t),
    NODE_OPTIONS: `--max-old-space-size=${heapMebibytes}`,
  };
  const server = await startProcess(t, environment);
  const api = apiAt(server.url);
  await record(api, entriesMax);
  // No client reads these, so their parts must not accumulate.
  for (let number = 0; number < 3; number++) (await begin(t, api.url, '/entries/export.json')).pause();
  const begun = performance.now();
  const response = await fetch(`${api.url}/api/v1/entries/export.json`);
  let bytes = 0;
  let lines = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    for (const byte of chunk) if (byte === 10) lines += 1;
  }
  t.diagnostic(`${lines - 2} entries, ${bytes} bytes, ${Math.round(performance.now() - begun)} ms`);
  assert.equal(lines, entriesMax + 2);
  assert.ok(bytes > entriesMax * 200);
  assert.equal((await api.get('/health')).status, 200);
});
