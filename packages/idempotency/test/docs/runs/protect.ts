import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { codeBlocksOf } from '../../../../../tools/code-blocks.ts';
import { take } from '../../harness/taken-blocks.ts';
import { charges, exporting, type Run, serves } from '../harness/runs.ts';

/** Runs a block in two ways, one after another. */
const both =
  (one: Run, other: Run): Run =>
  async (t, page, file) => {
    await one(t, page, file);
    await other(t, page, file);
  };

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

/** Sends the request that the page shows, twice. */
const typedTwice = serves(async (url) => {
  const page = 'docs/how-to/idempotency/protect-an-api.md';
  const [{ text = '' } = {}] = codeBlocksOf(page).filter(({ language }) => language === 'sh');
  const command = take(page, text).replace('http://127.0.0.1:3000', url);
  const typed = async () => (await promisify(execFile)('/bin/sh', ['-c', command])).stdout;
  const [first, retry] = [await typed(), await typed()];
  assert.match(first, /^HTTP\/1\.1 201 /);
  assert.match(retry, /^idempotency-replayed: true/im);
  const body = (answer: string) => answer.split('\r\n\r\n')[1];
  assert.equal(body(retry), body(first));
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
    'http-app.js': both(charges(), typedTwice),
    'express-twice.js': charges(),
  },
  'packages/idempotency/README.md': { 'server.js': charges() },
};
