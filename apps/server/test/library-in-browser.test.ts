import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { idempotency } from '@billonce/idempotency/fastify';
import { memoryStore } from '@billonce/idempotency/memory';
import cors from '@fastify/cors';
import fastify from 'fastify';
import { pagePatienceMs, startChromium } from './harness/chromium.ts';

/** An API with CORS in front of the protection, as the library's page on the order of middleware recommends. */
async function startApi(t: TestContext, exposedHeaders: string[]): Promise<string> {
  const app = fastify({ forceCloseConnections: true });
  t.after(() => app.close());
  await app.register(cors, {
    origin: true,
    allowedHeaders: ['Content-Type', 'Idempotency-Key'],
    exposedHeaders,
  });
  await app.register(idempotency, { store: memoryStore(), callers: 'by-address' });
  app.post('/charges', (_request, reply) => reply.code(201).send({ charged: true }));
  return app.listen({ port: 0, host: '127.0.0.1' });
}

/** Serves a page from another origin. */
async function startShop(t: TestContext): Promise<string> {
  const shop = createServer((_request, response) => response.end('<title>shop</title>')).listen(
    0,
    '127.0.0.1',
  );
  await once(shop, 'listening');
  t.after(() => {
    shop.close();
    shop.closeAllConnections();
  });
  const address = shop.address();
  return typeof address === 'object' ? `http://127.0.0.1:${address?.port}/` : assert.fail();
}

test('a page of another origin sends a key, and sees that the second answer is a replay', async (t) => {
  const [shop, open, closed] = [
    await startShop(t),
    await startApi(t, ['Idempotency-Replayed']),
    await startApi(t, []),
  ];
  const browser = await startChromium(t);
  const page = await browser.newPage();
  page.setDefaultTimeout(pagePatienceMs);
  await page.goto(shop);
  const chargeTwice = (api: string) =>
    page.evaluate(async (url) => {
      const seen: unknown[] = [];
      for (let attempt = 0; attempt < 2; attempt++) {
        const response = await fetch(`${url}/charges`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'order-1842' },
          body: '{"amount":"12.50"}',
        });
        seen.push(response.status, response.headers.get('idempotency-replayed'));
      }
      return seen;
    }, api);
  assert.deepEqual(await chargeTwice(open), [201, null, 201, 'true']);
  // Without Access-Control-Expose-Headers the request works, but the page does not see the header.
  assert.deepEqual(await chargeTwice(closed), [201, null, 201, null]);
});
