import assert from 'node:assert/strict';
import { inBothModes } from './play.ts';

const account = { agent: 'agent-alpha', serviceId: 'embedding-v1' };

// The requests of AgentPay's quickstart and the answers that it shows. Amounts are strings here: difference 1.
const steps = [
  {
    id: 'register',
    send: 'POST /api/v1/services',
    body: { serviceId: 'embedding-v1', priceStroops: 25 },
    status: 201,
    answer: { serviceId: 'embedding-v1', priceStroops: 25 },
  },
  {
    id: 'usage-1',
    send: 'POST /api/v1/usage',
    body: { ...account, requests: 3 },
    status: 201,
    answer: { ...account, total: 3 },
  },
  {
    id: 'usage-2',
    send: 'POST /api/v1/usage',
    body: { ...account, requests: 7 },
    status: 201,
    answer: { ...account, total: 10 },
  },
  {
    id: 'read',
    send: 'GET /api/v1/usage/agent-alpha/embedding-v1',
    status: 200,
    answer: { ...account, total: 10 },
  },
  {
    id: 'quote',
    send: 'GET /api/v1/billing/agent-alpha/embedding-v1',
    status: 200,
    answer: { ...account, requests: 10, priceStroops: 25, billedStroops: '250' },
  },
  {
    id: 'settle',
    send: 'POST /api/v1/settle',
    body: account,
    status: 200,
    answer: { ...account, requests: 10, priceStroops: 25, billedStroops: '250' },
  },
  {
    id: 'drained',
    send: 'GET /api/v1/usage/agent-alpha/embedding-v1',
    status: 200,
    answer: { ...account, total: 0 },
  },
];

inBothModes("AgentPay's quickstart works step by step", async ({ send }) => {
  for (const step of steps) {
    const id = `quickstart-${step.id}`;
    const got = await send(step.send, 'body' in step ? step.body : undefined, { 'X-Request-Id': id });
    assert.equal(got.status, step.status, `${step.id}: ${got.text}`);
    assert.partialDeepStrictEqual(got.json, step.answer, step.id);
    assert.equal(got.headers.get('x-request-id'), id);
  }
});
