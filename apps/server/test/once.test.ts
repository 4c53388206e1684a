import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startInProcess } from './harness/in-process.ts';

const usage = { agent: 'agent-7', serviceId: 'search', requests: 3 };

test('50 concurrent duplicates have one effect and 50 equal answers', async (t) => {
  const { api } = await startInProcess(t);
  const answers = await Promise.all(Array.from({ length: 50 }, () => api.post('/usage', usage, 'one-key')));
  for (const answer of answers) {
    assert.equal(answer.status, 201);
    assert.equal(answer.text, '{"agent":"agent-7","serviceId":"search","total":3}');
    assert.equal(answer.headers.get('location'), answers[0]?.headers.get('location'));
  }
  assert.equal(answers.filter((answer) => answer.headers.get('idempotency-replayed') === null).length, 1);
  assert.equal((await api.get('/usage/agent-7/search')).json.total, 3);
});

test('the same key with another body or another route is a conflict with a request id', async (t) => {
  const { api } = await startInProcess(t);
  await api.post('/usage', usage, 'k');
  const otherBody = await api.post('/usage', { ...usage, requests: 4 }, 'k');
  const otherRoute = await api.post('/settle', { agent: 'agent-7', serviceId: 'search' }, 'k');
  for (const answer of [otherBody, otherRoute]) {
    assert.equal(answer.status, 409);
    assert.equal(answer.json.error, 'idempotency_conflict');
    assert.equal(answer.json.requestId, answer.headers.get('x-request-id'));
  }
  assert.equal((await api.get('/usage/agent-7/search')).json.total, 3);
});
