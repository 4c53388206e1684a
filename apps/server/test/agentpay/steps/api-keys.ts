import { invalid, notFound, number, type Step, text } from './step.ts';

export const apiKeys: readonly Step[] = [
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
