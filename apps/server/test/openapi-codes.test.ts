import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Api } from './harness/api.ts';
import { startInProcess } from './harness/in-process.ts';
import { adminKey, asAdmin } from './harness/tenants.ts';
import { uuidV7At } from './harness/uuid-v7.ts';
import { type ExampleRequest, exampleRequests, type PathValues } from './openapi/requests.ts';

const protectedMode = { ADMIN_API_KEY: adminKey };
const asOperator = { ...asAdmin, 'x-tenant': 'acme' };
const id = '01900000-0000-7000-8000-000000000000';
const values: PathValues = {
  agent: 'agent-7',
  serviceId: 'input-tokens',
  id,
  eventId: id,
  prefix: 'apk_00000000',
  code: 'not_found',
  asset: 'start.js',
};

/** Sends the documented example of each operation that tells of a code, and names those that answer something else. */
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

test('a key that is missing where one is required is refused by every operation that tells of it', async (t) => {
  const { api } = await startInProcess(t, { ...protectedMode, IDEMPOTENCY_REQUIRED: 'true' });
  await assertEachAnswers(api, 'idempotency_key_required', () => ({}));
});

test('a key that is none, and one from the future, are refused by every operation that tells of it', async (t) => {
  const { api, clock } = await startInProcess(t, protectedMode);
  await assertEachAnswers(api, 'invalid_idempotency_key', () => ({ key: '"never closed' }));
  const key = uuidV7At(clock.nowMs + 3_600_000);
  await assertEachAnswers(api, 'idempotency_key_in_future', () => ({ key }));
});

test('a pause is told by every operation that tells of it', async (t) => {
  const { api } = await startInProcess(t, protectedMode);
  await api.call('/admin/pause', { method: 'POST', headers: asAdmin });
  await assertEachAnswers(api, 'service_paused', () => ({}));
});
