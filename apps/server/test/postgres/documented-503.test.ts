import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiAt } from '../harness/api.ts';
import { PostgresNode } from '../harness/postgres-node.ts';
import { startProcess } from '../harness/process.ts';
import { adminKey, asAdmin } from '../harness/tenants.ts';
import { exampleRequests, unknownNames } from '../openapi/requests.ts';
import { Seen } from '../openapi/seen.ts';

test('without its database every operation that needs it answers the documented 503, with the time to retry', async (t) => {
  const database = await PostgresNode.start(t);
  const server = await startProcess(t, {
    DATABASE_URL: database.url,
    ADMIN_API_KEY: adminKey,
    LOG_LEVEL: 'silent',
  });
  const seen = new Seen();
  const api = apiAt(server.url, seen.note);
  await database.kill();
  const values = { ...unknownNames, code: 'not_found', asset: 'start.js' };
  for (const { operation, method, path, body } of exampleRequests(() => values)) {
    if (!operation.statuses.includes(503)) continue;
    const answer = await api.call(path, {
      method,
      headers: {
        ...asAdmin,
        'x-tenant': 'acme',
        'x-tenant-create': 'true',
        ...(operation.name === 'readKeyState' ? { 'idempotency-key': 'k' } : {}),
      },
      ...(method === 'GET' || body === undefined ? {} : { body }),
    });
    if (answer.status === 503) assert.ok(Number(answer.headers.get('retry-after')) > 0, operation.name);
  }
  seen.assertAll((status) => status === 503, {
    'readMetrics 503': 'counts of this process: answered without the database',
    'readActivity 503': 'the same',
    'readCaller 503': 'the admin is known to this process',
    'readVersion 503': 'known to this process',
    'readChangelog 503': 'a file of this process',
  });
});
