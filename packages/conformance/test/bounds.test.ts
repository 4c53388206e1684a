import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { runConformance } from '../src/run.ts';
import { planFor } from './harness/plans.ts';

/** A server that stores what it receives. It counts its POST requests, and answers a GET with the count. */
async function startCounting(t: TestContext) {
  const heard: { readonly method: string; readonly headers: IncomingHttpHeaders }[] = [];
  let posts = 0;
  const server: Server = createServer((request, response) => {
    heard.push({ method: request.method ?? '', headers: request.headers });
    request.resume().on('end', () => {
      if (request.method === 'POST') posts += 1;
      response.writeHead(request.method === 'POST' ? 201 : 200, { 'content-type': 'application/json' });
      response.end(request.method === 'POST' ? '{"ok":true}' : String(posts));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/charges`, heard, posts: () => posts };
}

test('a run sends nothing to a host that is neither this machine nor allowed', async () => {
  const count = { kind: 'url' as const, url: new URL('http://count.invalid/') };
  const plans = [
    planFor('http://api.invalid/charges'),
    planFor('http://127.0.0.1:9/charges', { second: new URL('http://api.invalid/charges') }),
    planFor('http://127.0.0.1:9/charges', { count }),
  ];
  for (const plan of plans) {
    const result = await runConformance(plan);
    assert.equal(result.kind, 'not-run');
    assert.match(result.kind === 'not-run' ? result.reason : '', /\.invalid is not this machine/);
  }
});

test('the credentials of an API are sent to the count only if the API itself provides it', async (t) => {
  const api = await startCounting(t);
  const other = await startCounting(t);
  const of = (url: string) => ({ kind: 'url' as const, url: new URL(url) });
  const only = ['replay-once'];
  await runConformance(planFor(api.url, { count: of(api.url), only }));
  const counting = api.heard.filter(({ method }) => method === 'GET');
  assert.ok(counting.length > 0);
  for (const { headers } of counting) assert.equal(headers.authorization, 'Bearer one');
  await runConformance(planFor(api.url, { count: of(other.url), countHeaders: [['X-Count', 'two']], only }));
  assert.ok(other.heard.length > 0);
  for (const { headers } of other.heard) {
    assert.equal(headers.authorization, undefined);
    assert.equal(headers['x-count'], 'two');
  }
});
