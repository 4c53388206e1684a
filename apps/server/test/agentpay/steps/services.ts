import { invalid, notFound, type Step, service, usage } from './step.ts';

export const services: readonly Step[] = [
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
