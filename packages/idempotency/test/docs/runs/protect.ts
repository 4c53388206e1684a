import assert from 'node:assert/strict';
import { charges, exporting, type Run } from '../harness/runs.ts';

const acme = { headers: { 'X-API-Key': 'secret-of-acme' } };

const fetchRoute = exporting(async ({ POST }) => {
  if (typeof POST !== 'function') assert.fail('the route exports no POST');
  const send = async (apiKey: string): Promise<Response> => {
    const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': 'k', 'X-API-Key': apiKey };
    const answer: unknown = await POST(
      new Request('http://shop/charges', { method: 'POST', headers, body: '{"amount":"12.50"}' }),
    );
    return answer instanceof Response ? answer : assert.fail('no response');
  };
  const [first, retry] = [await send('secret-of-acme'), await send('secret-of-acme')];
  assert.deepEqual([first.status, retry.status, await retry.text()], [201, 201, await first.text()]);
  assert.equal(retry.headers.get('idempotency-replayed'), 'true');
  assert.equal((await send('unknown')).status, 500);
});

export const protectRuns: Readonly<Record<string, Readonly<Record<string, Run>>>> = {
  'docs/how-to/idempotency/protect-an-api.md': {
    'express-app.js': charges(acme),
    'fastify-app.js': charges(),
    'koa-app.js': charges(),
    'hono-app.js': charges(),
    'hono-tenants.ts': charges(),
    'nest-app.ts': charges(),
    'route.js': fetchRoute,
    'http-app.js': charges(),
    'express-twice.js': charges(),
  },
  'packages/idempotency/README.md': { 'server.js': charges() },
};
