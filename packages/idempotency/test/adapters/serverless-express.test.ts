import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import express, { type Express, type RequestHandler } from 'express';
import { idempotency } from '../../src/adapters/express.ts';
import { memoryStore } from '../../src/stores/memory.ts';

interface LambdaAnswer {
  readonly statusCode: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly body: string;
}

// Its types require those of AWS Lambda.
const serverlessExpress: (options: {
  readonly app: Express;
}) => (event: object, context: object) => Promise<LambdaAnswer> = createRequire(import.meta.url)(
  '@codegenie/serverless-express',
);

const protection = () =>
  idempotency({ store: memoryStore(), tenantOf: ({ headers }) => String(headers['x-api-key']) });

const headers = { 'content-type': 'application/json', 'x-api-key': 'acme', 'idempotency-key': 'k' };

/** Events as API Gateway sends them: version 1 with lists, version 2 with the body in Base64. */
const events: Readonly<Record<string, (body: string) => object>> = {
  'version 1': (body) => ({
    httpMethod: 'POST',
    path: '/charges',
    resource: '/{proxy+}',
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    requestContext: { identity: { sourceIp: '203.0.113.7' } },
    body,
    isBase64Encoded: false,
  }),
  'version 2': (body) => ({
    version: '2.0',
    routeKey: '$default',
    rawPath: '/charges',
    rawQueryString: '',
    headers: { ...headers, 'content-length': String(body.length) },
    requestContext: { http: { method: 'POST', path: '/charges', sourceIp: '203.0.113.7' } },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  }),
};

/** An app on Lambda that counts its executions. */
function onLambda(...middleware: readonly RequestHandler[]) {
  const app = express();
  app.set('env', 'test');
  let executions = 0;
  app.use(...middleware);
  app.post('/charges', (request, response) => {
    response.status(201).json({ id: ++executions, amount: Object(request.body).amount });
  });
  const handle = serverlessExpress({ app });
  return { invoke: (event: object) => handle(event, {}), executions: () => executions };
}

const orders: readonly (readonly [order: string, ...middleware: readonly RequestHandler[]])[] = [
  ['in front of the parser', protection(), express.json()],
  ['behind the parser', express.json(), protection()],
];

for (const [order, ...middleware] of orders) {
  for (const [version, eventOf] of Object.entries(events)) {
    test(`serverless-express, ${order}, event of ${version}: a duplicate is a replay, another body a conflict`, async () => {
      const app = onLambda(...middleware.map((handler) => handler));
      const first = await app.invoke(eventOf('{"amount":1}'));
      const retry = await app.invoke(eventOf('{"amount":1}'));
      const other = await app.invoke(eventOf('{"amount":9999}'));
      assert.equal(retry.body, first.body);
      assert.equal(other.statusCode, 409);
    });
  }
}

test('serverless-express: a body that was read before the protection is still compared', async () => {
  const swallow: RequestHandler = async (request, _response, next) => {
    await text(request);
    next();
  };
  const app = onLambda(swallow, protection());
  const eventOf = events['version 2'] ?? assert.fail();
  assert.equal((await app.invoke(eventOf('{"amount":1}'))).statusCode, 201);
  assert.equal((await app.invoke(eventOf('{"amount":9999}'))).statusCode, 409);
  assert.equal(app.executions(), 1);
});

test('serverless-express: a body that was read and discarded before the protection is never treated as no body', async () => {
  const swallow: RequestHandler = async (request, _response, next) => {
    await text(request);
    request.body = undefined;
    next();
  };
  const app = onLambda(swallow, protection());
  const eventOf = events['version 2'] ?? assert.fail();
  assert.equal((await app.invoke(eventOf('{"amount":1}'))).statusCode, 500);
  assert.equal(app.executions(), 0);
});
