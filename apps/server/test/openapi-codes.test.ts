// Codes that cannot be provoked by a wrong request alone. Other tests cover `outcome_unknown`, by a connection that is
// cut at the COMMIT (postgres/faults.test.ts), and `storage_unavailable`, by a killed database
// (postgres/documented-503.test.ts) and a full disk (storage-faults.test.ts). Those answers also come through `apiAt`,
// which checks each against the document. `shutting_down` occurs only between the announcement of a stop and the end of
// the connections: shutdown.test.ts accepts it as an answer under load, and no test is certain to get it.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { onEnd } from './harness/on-end.ts';
import { runSql } from './harness/sql.ts';
import { adminKey, asAdmin } from './harness/tenants.ts';
import { uuidV7At } from './harness/uuid-v7.ts';
import { type ExampleRequest, exampleRequests, type PathValues, unknownNames } from './openapi/requests.ts';

const protectedMode = { ADMIN_API_KEY: adminKey };
const asOperator = { ...asAdmin, 'x-tenant': 'acme', 'x-tenant-create': 'true' };
const values: PathValues = {
  ...unknownNames,
  agent: 'agent-7',
  serviceId: 'input-tokens',
  code: 'not_found',
  asset: 'start.js',
};

/** Sends the documented example of each operation that documents a code, and lists those that answer something else. */
async function assertEachAnswers(
  api: Api,
  code: string,
  more: (request: ExampleRequest) => { readonly key?: string },
): Promise<void> {
  const telling = exampleRequests(() => values).filter((request) => tells(request, code));
  assert.ok(telling.length > 0, `${code} is documented nowhere`);
  const wrong: string[] = [];
  for (const request of telling) {
    const { method, path, body, operation } = request;
    const sent = { method, headers: asOperator, ...(method === 'GET' ? {} : { body }), ...more(request) };
    const { status, json, text } = await api.call(path, sent);
    if (json?.error !== code) wrong.push(`${operation.name}: ${status} ${json?.error ?? text.slice(0, 80)}`);
  }
  assert.deepEqual(wrong, [], `documented as ${code}, and answered otherwise`);
}

function tells({ operation }: ExampleRequest, code: string): boolean {
  return JSON.stringify(operation.node['responses']).includes(`"${code}"`);
}

test('every operation that documents a required key refuses a request without one', async (t) => {
  const { api } = await startInProcess(t, { ...protectedMode, IDEMPOTENCY_REQUIRED: 'true' });
  await assertEachAnswers(api, 'idempotency_key_required', () => ({}));
});

test('every operation that documents them refuses an invalid key and one from the future', async (t) => {
  const { api, clock } = await startInProcess(t, protectedMode);
  await assertEachAnswers(api, 'invalid_idempotency_key', () => ({ key: '"never closed' }));
  const key = uuidV7At(clock.nowMs + 3_600_000);
  await assertEachAnswers(api, 'idempotency_key_in_future', () => ({ key }));
});

test('every operation that documents a pause refuses while paused', async (t) => {
  const { api } = await startInProcess(t, protectedMode);
  await api.call('/admin/pause', { method: 'POST', headers: asAdmin });
  await assertEachAnswers(api, 'service_paused', () => ({}));
});

test('a request that finds the queue full is refused as overloaded, and its key stays free', async (t) => {
  const { api, file } = await startInProcess(t, { BULK_MAX_ITEMS: '10000' });
  const items = Array.from({ length: 10_000 }, () => ({ agent: 'a', serviceId: 's', requests: 1 }));
  // The writer waits for a lock of another connection, so nothing leaves the queue.
  const other = new DatabaseSync(file);
  onEnd(t, () => other.close());
  other.exec('BEGIN IMMEDIATE');
  // One is at the writer, and five are half of the queue: the share of one lane.
  const keys = Array.from({ length: 8 }, (_, number) => `bulk-${number}`);
  const sent = keys.map((key) => api.post('/usage/bulk', { items }, key));
  const first = await Promise.race(sent);
  assert.equal(first.status, 503, first.text.slice(0, 200));
  assert.equal(first.json.error, 'overloaded');
  // From now on, the server does not read bodies of this tenant's writes: this body is not JSON.
  const unread = await api.post('/usage', '{', 'unread');
  assert.deepEqual([unread.status, unread.json.error], [503, 'overloaded']);
  assert.ok(Number(unread.headers.get('retry-after')) > 0);
  assert.equal((await api.get('/usage/a/s')).status, 200, 'reads do not wait for writes');
  assert.ok(Number(first.headers.get('retry-after')) > 0);
  other.exec('ROLLBACK');
  for (const [index, answer] of (await Promise.all(sent)).entries()) {
    const again = await api.post('/usage/bulk', { items }, keys[index]);
    assert.equal(again.status, 201);
    const isReplayed = again.headers.get('idempotency-replayed') === 'true';
    assert.equal(isReplayed, answer.status === 201);
  }
  assert.equal((await api.get('/audit')).json.entries, 80_000);
});

test('a fault of the server is an internal error with the request id and without internal details', async (t) => {
  const { api, databaseUrl } = await startInProcess(t);
  const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };
  await api.post('/services', { serviceId: 'search', priceStroops: 7 });
  for (let entry = 0; entry < 2; entry++) await api.post('/usage', usage);
  // An entry was deleted directly from the database: its account cannot be settled up to it.
  await runSql(databaseUrl, 'DELETE FROM entries WHERE sequence = 1');
  const settle = { agent: 'agent-7', serviceId: 'search', through: 1 };
  const answer = await api.post('/settle', settle, 'k');
  assert.equal(answer.status, 500, answer.text);
  assert.equal(answer.json.error, 'internal_error');
  assert.equal(answer.json.requestId, answer.headers.get('x-request-id'));
  assert.doesNotMatch(answer.text, /SQLITE|sequence|\.ts/);
  const readable = await api.get('/billing/agent-7/search');
  assert.equal(readable.status, 200);
});
