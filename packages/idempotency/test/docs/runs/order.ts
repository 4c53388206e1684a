import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { serveBlock } from '../harness/page-modules.ts';
import { charge, prints, type Run, serves } from '../harness/runs.ts';

const origin = 'https://shop.example';

/** Asserts that every kind of answer has CORS headers, and that preflight requests use no key. */
async function assertCors(url: string): Promise<void> {
  const preflight = await fetch(`${url}/charges`, {
    method: 'OPTIONS',
    headers: {
      Origin: origin,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type,idempotency-key',
    },
  });
  assert.ok(preflight.ok, `${preflight.status}`);
  assert.match(preflight.headers.get('access-control-allow-headers') ?? '', /idempotency-key/i);
  assert.equal(preflight.headers.get('access-control-allow-origin'), origin);
  const headers = { Origin: origin };
  const answers = [
    await charge(url, { headers }),
    await charge(url, { headers }),
    await charge(url, { headers, body: { amount: '99.00' } }),
    await charge(url, { headers, key: 'a,b' }),
  ];
  assert.deepEqual(
    answers.map(({ status, isReplay }) => [status, isReplay]),
    [
      [201, false],
      [201, true],
      [409, false],
      [400, false],
    ],
  );
  for (const answer of answers) {
    assert.equal(answer.headers.get('access-control-allow-origin'), origin);
    assert.match(answer.headers.get('access-control-expose-headers') ?? '', /Idempotency-Replayed/);
  }
  const elsewhere = await charge(url, { headers: { Origin: 'https://other.example' } });
  assert.equal(elsewhere.isReplay, true);
  assert.notEqual(elsewhere.headers.get('access-control-allow-origin'), 'https://other.example');
}

const cors = serves(assertCors);

export const orderRuns: Readonly<Record<string, Readonly<Record<string, Run>>>> = {
  'docs/how-to/idempotency/order-your-middleware.md': {
    'express-order.js': cors,
    'fastify-order.js': cors,
    'koa-order.js': cors,
    'hono-order.js': cors,
    'nest-order.ts': cors,
    'in-the-browser.js': prints([/^201 false$/], (t: TestContext) =>
      serveBlock(t, 'docs/how-to/idempotency/order-your-middleware.md', 'express-order.js'),
    ),
  },
};
