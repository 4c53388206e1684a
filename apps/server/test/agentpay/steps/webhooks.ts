import { invalid, notFound, number, type Step, text } from './step.ts';

const url = 'https://hooks.example.com/in';

export const webhooks: readonly Step[] = [
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
