/** Stand for any value of their type. */
export const number = 'a number';
export const text = 'a text';

/** A request that AgentPay documents, and what it says of the answer. */
export interface Step {
  readonly send: string;
  readonly body?: unknown;
  readonly status: number;
  /** members that AgentPay documents; `number` and `text` stand for any of their type */
  readonly answer?: Readonly<Record<string, unknown>>;
  /** lists of the answer may have more items */
  readonly isPartial?: true;
  readonly error?: string;
  readonly by?: 'operator';
}

const account = { agent: 'agent-abc', serviceId: 'svc-llm' };
const usage = { ...account, requests: 10 };
const service = { serviceId: 'svc-llm', priceStroops: 250_000 };
const notFound = { status: 404, error: 'not_found' } as const;
const invalid = { status: 400, error: 'invalid_request' } as const;

const services: readonly Step[] = [
  { send: 'POST /api/v1/services', body: service, status: 201, answer: service },
  { send: 'POST /api/v1/services', body: service, status: 200, answer: service },
  {
    send: 'POST /api/v1/services',
    body: { serviceId: 'svc-own', priceStroops: 1, description: 'Own', owner: 'ops' },
    status: 201,
    answer: { serviceId: 'svc-own', priceStroops: 1, description: 'Own', owner: 'ops' },
  },
  { send: 'GET /api/v1/services/svc-llm/metadata', ...notFound },
  { send: 'GET /api/v1/services?page=1&limit=0', status: 200, answer: { services: [service] } },
  { send: 'GET /api/v1/services?limit=1.7', status: 200, answer: { services: [service] } },
  { send: 'GET /api/v1/services?limit=9999', status: 200 },
  {
    send: 'GET /api/v1/services?prefix=&q=&disabled=&minPrice=&maxPrice=&limit=1',
    status: 200,
    answer: { services: [service] },
  },
  { send: 'GET /api/v1/services?limit=abc', status: 200 },
  { send: 'POST /api/v1/services', body: { ...service, priceStroops: -1 }, ...invalid },
  {
    send: 'POST /api/v1/services/bulk',
    body: {
      items: [
        { serviceId: 'svc-embed', priceStroops: 5 },
        { serviceId: 'svc-embed', priceStroops: 6 },
        { serviceId: 'svc-llm', priceStroops: 250_000 },
        { serviceId: '', priceStroops: 1 },
      ],
    },
    status: 201,
    answer: {
      results: [
        { index: 0, ok: true, serviceId: 'svc-embed', priceStroops: 5, created: true },
        { index: 1, ok: false, serviceId: 'svc-embed', error: 'duplicate_in_batch' },
        { index: 2, ok: true, serviceId: 'svc-llm', priceStroops: 250_000, created: false },
        { index: 3, ok: false, error: 'invalid_item' },
      ],
    },
  },
  { send: 'POST /api/v1/services/bulk', body: { items: [] }, ...invalid },
  { send: 'GET /api/v1/services/svc-embed', status: 200, answer: { priceStroops: 5, disabled: false } },
  { send: 'GET /api/v1/services/none', ...notFound },
  {
    send: 'PUT /api/v1/services/svc-llm/metadata',
    body: { description: 'A model', owner: 'ops' },
    status: 200,
    answer: { serviceId: 'svc-llm', description: 'A model', owner: 'ops' },
  },
  {
    send: 'GET /api/v1/services/svc-llm/metadata',
    status: 200,
    answer: { serviceId: 'svc-llm', description: 'A model', owner: 'ops' },
  },
  {
    send: 'PATCH /api/v1/services/svc-embed/price',
    body: { priceStroops: 7 },
    status: 200,
    answer: { serviceId: 'svc-embed', priceStroops: 7 },
  },
  { send: 'PATCH /api/v1/services/none/price', body: { priceStroops: 7 }, ...notFound },
  {
    send: 'PATCH /api/v1/services/svc-embed/disabled',
    body: { disabled: true },
    status: 200,
    answer: { serviceId: 'svc-embed', disabled: true },
  },
  {
    send: 'POST /api/v1/usage',
    body: { ...usage, serviceId: 'svc-embed' },
    status: 409,
    error: 'service_disabled',
  },
  { send: 'POST /api/v1/services/svc-embed/enable', status: 200, answer: { disabled: false } },
  { send: 'POST /api/v1/services/svc-embed/disable', status: 200, answer: { disabled: true } },
  {
    send: 'GET /api/v1/services?prefix=svc-&q=LLM&limit=25',
    status: 200,
    answer: {
      services: [{ ...service, disabled: false, description: 'A model', owner: 'ops' }],
      nextCursor: null,
    },
  },
  { send: 'DELETE /api/v1/services/svc-embed', status: 204 },
  { send: 'DELETE /api/v1/services/svc-embed', ...notFound },
];

const usageAndBilling: readonly Step[] = [
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

const operation: readonly Step[] = [
  { send: 'GET /health', status: 200, answer: { status: 'ok', service: 'billonce' } },
  { send: 'GET /api/v1/health/ready', status: 200, answer: { ready: true } },
  { send: 'GET /api/v1/version', status: 200, answer: { version: text } },
  { send: 'GET /api/v1/openapi.json', status: 200, answer: { openapi: text } },
  { send: 'POST /api/v1/services', body: service, status: 201 },
  { send: 'POST /api/v1/usage', body: usage, status: 201 },
  {
    send: 'GET /api/v1/stats',
    status: 200,
    answer: { totalServices: 1, totalRequests: 10, uniqueAgents: 1, totalApiKeys: number, paused: false },
  },
  {
    send: 'GET /api/v1/events?since=0&type=usage.recorded&limit=2',
    status: 200,
    answer: { items: [{ id: text, ts: number, type: 'usage.recorded', payload: { requests: 10 } }] },
  },
  { send: 'GET /api/v1/events?type=no.such', status: 200, answer: { items: [], nextCursor: null } },
  { send: 'GET /api/v1/events?cursor=broken', ...invalid },
  {
    send: 'GET /api/v1/changelog',
    status: 200,
    answer: { entries: [{ version: text, notes: [text] }] },
    isPartial: true,
  },
  {
    send: 'PATCH /api/v1/config',
    by: 'operator',
    body: { rateLimitPerWindow: 5_000, bulkMaxItems: 75 },
    status: 200,
    answer: { config: { rateLimitPerWindow: 5_000, rateLimitWindowMs: 60_000, bulkMaxItems: 75 } },
  },
  {
    send: 'GET /api/v1/config?limit=1',
    by: 'operator',
    status: 200,
    answer: {
      config: { rateLimitPerWindow: 5_000, rateLimitWindowMs: 60_000, bulkMaxItems: 75 },
      items: [{ key: 'bulkMaxItems', value: 75 }],
      nextCursor: text,
    },
  },
  {
    send: 'GET /api/v1/health/deep?limit=1',
    by: 'operator',
    status: 200,
    answer: {
      status: 'ok',
      uptimeSeconds: number,
      memory: { rssMb: number, heapUsedMb: number },
      checks: [{ name: text, status: 'ok' }],
      checksTotal: 4,
      nextChecksCursor: text,
    },
  },
  { send: 'GET /api/v1/events/summary', status: 200, answer: { counts: { 'usage.recorded': 1 }, total: 2 } },
  { send: 'GET /api/v1/admin/status', by: 'operator', status: 200, answer: { paused: false } },
  { send: 'POST /api/v1/admin/pause', by: 'operator', status: 200, answer: { paused: true } },
  { send: 'POST /api/v1/usage', body: usage, status: 503, error: 'service_paused' },
  { send: 'GET /api/v1/stats', status: 200, answer: { paused: true, totalRequests: 10 } },
  { send: 'POST /api/v1/admin/unpause', by: 'operator', status: 200, answer: { paused: false } },
  { send: 'POST /api/v1/usage', body: usage, status: 201, answer: { total: 20 } },
  { send: 'GET /api/v1/no-such-path', ...notFound },
];

const url = 'https://hooks.example.com/in';

const webhooks: readonly Step[] = [
  {
    send: 'POST /api/v1/webhooks',
    body: { url, events: ['usage.recorded'] },
    status: 201,
    answer: { id: text, url, events: ['usage.recorded'] },
  },
  { send: 'POST /api/v1/webhooks', body: { url, events: [] }, ...invalid },
  { send: 'POST /api/v1/webhooks', body: { url, events: ['no.such'] }, ...invalid },
  { send: 'POST /api/v1/webhooks', body: { url: 'ftp://x', events: ['*'] }, ...invalid },
  {
    send: 'GET /api/v1/webhooks?limit=500',
    status: 200,
    answer: { total: 1, items: [{ id: text, url, events: ['usage.recorded'], createdAt: number }] },
  },
  { send: 'GET /api/v1/webhooks/:id', status: 200, answer: { id: text, url, createdAt: number } },
  {
    send: 'PATCH /api/v1/webhooks/:id',
    body: { events: ['*'] },
    status: 200,
    answer: { url, events: ['*'] },
  },
  { send: 'PATCH /api/v1/webhooks/:id', body: {}, ...invalid },
  {
    send: 'POST /api/v1/webhooks/:id/test',
    status: 200,
    answer: { id: text },
  },
  { send: 'DELETE /api/v1/webhooks/:id', status: 204 },
  { send: 'GET /api/v1/webhooks/:id', ...notFound },
];

const apiKeys: readonly Step[] = [
  {
    send: 'POST /api/v1/api-keys',
    by: 'operator',
    body: { label: 'integration key' },
    status: 201,
    answer: { key: text, label: 'integration key', prefix: text },
  },
  { send: 'POST /api/v1/api-keys', by: 'operator', body: { label: ' ' }, ...invalid },
  {
    send: 'GET /api/v1/api-keys?limit=1000',
    isPartial: true,
    by: 'operator',
    status: 200,
    answer: { items: [{ prefix: text, label: text, createdAt: number }], nextCursor: null },
  },
  { send: 'DELETE /api/v1/api-keys/:prefix', by: 'operator', status: 204 },
  { send: 'DELETE /api/v1/api-keys/:prefix', by: 'operator', ...notFound },
];

export const sections = {
  services,
  'usage and billing': usageAndBilling,
  operation,
  webhooks,
  'API keys': apiKeys,
};
