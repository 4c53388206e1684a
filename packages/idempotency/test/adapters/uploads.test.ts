import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import multipart from '@fastify/multipart';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import fastify from 'fastify';
import multer from 'multer';
import { idempotency } from '../../src/adapters/express.ts';
import { idempotency as fastifyIdempotency } from '../../src/adapters/fastify.ts';
import { memoryStore } from '../../src/stores/memory.ts';
import { listening } from './harness/listening.ts';

interface Form {
  readonly amount: string;
  readonly file?: string;
}

/** Sends a form like every client does: with a new boundary for each attempt. */
async function post(port: number, { amount, file }: Form): Promise<string> {
  const form = new FormData();
  form.append('amount', amount);
  form.append('tags', 'a');
  form.append('tags', 'grüße');
  if (file !== undefined) form.append('file', new Blob([file], { type: 'text/plain' }), 'a.txt');
  const headers = { 'Idempotency-Key': 'k' };
  const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', headers, body: form });
  const replayed = response.headers.get('idempotency-replayed') === null ? '' : ' replayed';
  return `${response.status}${replayed}`;
}

async function expressApp(t: TestContext, parser: RequestHandler): Promise<number> {
  const app = express();
  app.set('env', 'test');
  app.use(
    parser,
    idempotency<Request>({ store: memoryStore(), callers: 'by-address', requestBytesMax: 500 }),
  );
  app.post('/', (request, response) => response.status(201).json(request.body.amount));
  app.use((error: Error & { code?: string }, _request: Request, response: Response, _next: NextFunction) => {
    response.status(500).json(error.code);
  });
  const server = await listening(app);
  t.after(() => server.close());
  return server.port;
}

const memory = multer({ storage: multer.memoryStorage() });
const parsers: readonly (readonly [name: string, parser: RequestHandler, file: string | undefined])[] = [
  ['multer().none()', multer().none(), undefined],
  ['multer().single()', memory.single('file'), 'text'],
  ['multer().single() without a file', memory.single('file'), undefined],
  ['multer().array()', memory.array('file'), 'x'.repeat(100_000)],
  ['multer().any()', memory.any(), 'text'],
];

for (const [name, parser, file] of parsers) {
  test(`${name} in front: a retry with another boundary is replayed, another form is a conflict`, async (t) => {
    const port = await expressApp(t, parser);
    const form = { amount: '1', ...(file === undefined ? {} : { file }) };
    assert.equal(await post(port, form), '201');
    assert.equal(await post(port, form), '201 replayed');
    assert.equal(await post(port, { ...form, amount: '2' }), '409');
    if (file !== undefined) assert.equal(await post(port, { ...form, file: 'other' }), '409');
  });
}

test('a parser that puts files in an unknown place is reported, and nothing is executed', async (t) => {
  const parser: RequestHandler = (request, response, next) => {
    memory.single('file')(request, response, (error: unknown) => {
      Object.assign(request, { file: undefined, upload: request.file });
      next(error);
    });
  };
  const port = await expressApp(t, parser);
  assert.equal(await post(port, { amount: '1', file: 'text' }), '500');
});

for (const attachFieldsToBody of [false, true, 'keyValues'] as const) {
  test(`@fastify/multipart with attachFieldsToBody ${attachFieldsToBody}: boundaries do not count, fields and files do`, async (t) => {
    const app = fastify({ forceCloseConnections: true });
    await app.register(multipart, { attachFieldsToBody });
    await app.register(fastifyIdempotency, { store: memoryStore(), callers: 'by-address' });
    app.post('/', async (request, reply) => {
      if (attachFieldsToBody === false)
        for await (const part of request.parts()) if (part.type === 'file') await part.toBuffer();
      return reply.code(201).send({ made: true });
    });
    await app.listen({ port: 0, host: '127.0.0.1' });
    t.after(() => app.close());
    const [address] = app.addresses();
    const port = typeof address === 'object' ? address.port : 0;
    const form = { amount: '1', file: 'text' };
    assert.equal(await post(port, form), '201');
    assert.equal(await post(port, form), '201 replayed');
    assert.equal(await post(port, { ...form, amount: '2' }), '409');
    assert.equal(await post(port, { ...form, file: 'other' }), '409');
  });
}
