import assert from 'node:assert/strict';
import type { Api, ApiAnswer } from './api.ts';
import type { InProcess } from './in-process.ts';

const dayMs = 86_400_000;

export const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };

export const send = (api: Api, key: string): Promise<ApiAnswer> => api.post('/usage', usage, key);

export async function sendAll(api: Api, keys: readonly string[]): Promise<ApiAnswer[]> {
  const answers: ApiAnswer[] = [];
  for (const key of keys) {
    const answer = await send(api, key);
    assert.equal(answer.status, 201, answer.text);
    answers.push(answer);
  }
  return answers;
}

export function assertReplayed(answer: ApiAnswer, first: ApiAnswer | undefined): void {
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.text, first?.text);
  assert.equal(answer.headers.get('location'), first?.headers.get('location'));
  assert.equal(answer.headers.get('idempotency-replayed'), 'true');
}

/** Asserts that a key is refused with a link to its result, and that another request under it is a conflict. */
export async function assertTombstone(api: Api, key: string, first: ApiAnswer | undefined): Promise<void> {
  const location = first?.headers.get('location');
  const answer = await send(api, key);
  assert.equal(answer.status, 410, answer.text);
  assert.equal(answer.json.error, 'idempotency_key_expired');
  assert.match(answer.json.firstSeenAt, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assert.equal(answer.json.location, location);
  assert.equal(answer.headers.get('link'), `<${location}>; rel="related"`);
  assert.equal(answer.headers.get('idempotency-replayed'), null);
  const other = await api.post('/usage', { ...usage, requests: 4 }, key);
  assert.equal(other.status, 409, other.text);
  assert.equal(other.json.error, 'idempotency_conflict');
  const state = await api.get('/idempotency', { 'idempotency-key': key });
  assert.equal(state.json.state, 'tombstone');
  assert.equal(state.json.location, location);
}

export async function assertTotal(api: Api, requests: number): Promise<void> {
  assert.equal((await api.get('/usage/agent-7/search')).json.total, requests);
  assert.equal((await api.get('/audit')).json.ok, true);
}

export async function passDay({ app, clock }: Pick<InProcess, 'app' | 'clock'>): Promise<void> {
  clock.nowMs += dayMs;
  await app.sweep.runOnce();
}
