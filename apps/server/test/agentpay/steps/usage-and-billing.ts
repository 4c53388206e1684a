import { account, invalid, notFound, number, type Step, service, usage } from './step.ts';

export const usageAndBilling: readonly Step[] = [
  { send: 'POST /api/v1/services', body: service, status: 201 },
  { send: 'POST /api/v1/usage', body: usage, status: 201, answer: { ...account, total: 10 } },
  { send: 'POST /api/v1/usage', body: { ...usage, requests: 0 }, ...invalid },
  { send: 'POST /api/v1/usage', body: { ...usage, requests: 1_000_001 }, ...invalid },
  { send: 'POST /api/v1/usage', body: { ...usage, agent: 'a::b' }, ...invalid },
  {
    send: 'POST /api/v1/usage/bulk',
    body: { items: [{ ...usage, requests: 32 }, { ...usage, serviceId: 'svc-free' }, { agent: '' }] },
    status: 201,
    answer: {
      results: [
        { index: 0, ok: true, total: 42 },
        { index: 1, ok: true, total: 10 },
        { index: 2, ok: false, error: 'invalid_item' },
      ],
    },
  },
  { send: 'POST /api/v1/usage/bulk', body: { items: [] }, ...invalid },
  { send: 'GET /api/v1/usage/agent-abc/svc-llm', status: 200, answer: { ...account, total: 42 } },
  { send: 'GET /api/v1/usage/agent-abc/none', status: 200, answer: { total: 0 } },
  { send: 'GET /api/v1/usage/agent-abc/a::b', ...invalid },
  {
    send: 'GET /api/v1/billing/agent-abc/svc-llm',
    status: 200,
    answer: { ...account, requests: 42, priceStroops: 250_000, billedStroops: '10500000' },
  },
  { send: 'GET /api/v1/billing/agent-abc/none', ...notFound },
  {
    send: 'GET /api/v1/billing/total',
    status: 200,
    answer: { totalStroops: '10500000', disabledStroops: '0', unpricedRequests: 10 },
  },
  { send: 'GET /api/v1/agents?limit=1000', status: 200, answer: { agents: ['agent-abc'] } },
  { send: 'GET /api/v1/agents/agent-abc/total', status: 200, answer: { agent: 'agent-abc', total: 52 } },
  { send: 'GET /api/v1/agents/nobody/total', status: 200, answer: { agent: 'nobody', total: 0 } },
  {
    send: 'GET /api/v1/agents/agent-abc/usage',
    status: 200,
    answer: {
      agent: 'agent-abc',
      items: [
        { serviceId: 'svc-free', total: 10 },
        { serviceId: 'svc-llm', total: 42 },
      ],
    },
  },
  { send: 'GET /api/v1/agents/nobody/usage', status: 200, answer: { items: [] } },
  {
    send: 'GET /api/v1/services/svc-llm/usage',
    status: 200,
    answer: { serviceId: 'svc-llm', total: 42, agents: 1 },
  },
  {
    send: 'GET /api/v1/services/svc-llm/agents',
    status: 200,
    answer: { serviceId: 'svc-llm', items: [{ agent: 'agent-abc', total: 42 }] },
  },
  {
    send: 'GET /api/v1/services/svc-llm/agents/top?limit=5',
    status: 200,
    answer: { serviceId: 'svc-llm', items: [{ agent: 'agent-abc', total: 42 }] },
  },
  {
    send: 'POST /api/v1/settle',
    body: account,
    status: 200,
    answer: { ...account, requests: 42, priceStroops: 250_000, billedStroops: '10500000' },
  },
  {
    send: 'POST /api/v1/settle',
    body: account,
    status: 200,
    answer: { ...account, requests: 0, priceStroops: 250_000, billedStroops: '0' },
  },
  { send: 'POST /api/v1/settle', body: { ...account, agent: '' }, ...invalid },
  { send: 'POST /api/v1/usage', body: usage, status: 201, answer: { total: 10 } },
  {
    send: 'POST /api/v1/settle/bulk',
    body: { agent: 'agent-abc' },
    status: 200,
    answer: {
      agent: 'agent-abc',
      items: [{ serviceId: 'svc-llm', requests: 10, priceStroops: 250_000, billedStroops: '2500000' }],
      totalBilledStroops: '2500000',
    },
  },
  { send: 'POST /api/v1/usage', body: usage, status: 201, answer: { total: 10 } },
  {
    send: 'DELETE /api/v1/usage/agent-abc/svc-llm',
    status: 200,
    answer: { ...account, clearedTotal: 10 },
  },
  { send: 'DELETE /api/v1/usage/agent-abc/none', ...notFound },
  {
    send: 'GET /api/v1/usage/export.json',
    status: 200,
    answer: {
      exportedAt: number,
      items: [
        { ...account, total: 0 },
        { ...account, serviceId: 'svc-free', total: 10 },
      ],
    },
  },
  { send: 'GET /api/v1/usage/export.csv', status: 200 },
];
