import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import compress from '@fastify/compress';
import type fastifyOf5 from 'fastify';
import type { FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { idempotency, idempotencyHook, operationOf } from '../../../src/adapters/fastify.ts';
import type { AdapterSubject, AnswerWay, LawApp, LawServer } from '../../../src/testing/adapter-laws.ts';
import { someFile } from './some-file.ts';
import { timeoutMs } from './timeout-ms.ts';

type Answer = (request: FastifyRequest, reply: FastifyReply, id: number) => unknown;

/** A Fastify app of the given version, on which the laws are tested. Compression and timeout exist for version 5. */
export const fastifySubject = (fastify: typeof fastifyOf5, isOf5: boolean): AdapterSubject => ({
  ways: ['response', 'writes', 'end', 'write-head', 'hijack', 'file'],
  bodyParsers: ['before'],
  addressBy: 'framework',
  compressions: isOf5 ? ['behind'] : [],
  timeouts: isOf5 ? ['behind'] : [],
  start: (wish) => start(fastify, wish),
});

async function start(fastify: typeof fastifyOf5, wish: LawApp): Promise<LawServer> {
  const { requestId } = wish;
  const app = fastify({
    bodyLimit: 10_000_000,
    forceCloseConnections: true,
    trustProxy: wish.trustsProxy,
    ...(requestId === undefined ? {} : { genReqId: () => requestId }),
  });
  if (wish.compression === 'behind')
    await app.register(compress, { threshold: 0, encodings: ['gzip', 'identity'] });
  if (wish.bodyIsLost) {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, payload, done) => {
      payload.on('end', () => done(null, undefined)).resume();
    });
  }
  const { tenantOfApiKey } = wish;
  const optionsOf = (own: LawApp['options']) => ({
    ...own,
    ...(tenantOfApiKey === undefined
      ? {}
      : { tenantOf: (request: RequestWithHeaders) => tenantOfApiKey(apiKeyOf(request)) }),
  });
  const options = optionsOf(wish.options);
  const ways = Object.entries(answers(wish));
  if (wish.protect === 'app') {
    await app.register(idempotency, options);
    const own = wish.inner === undefined ? {} : { preHandler: idempotencyHook(optionsOf(wish.inner)) };
    for (const [way, answer] of ways) app.all(`/${way}`, own, handler(wish, answer));
  } else {
    const preHandler = idempotencyHook(options);
    const timeouts = wish.timeout === 'behind' ? { handlerTimeout: timeoutMs } : {};
    for (const [way, answer] of ways) {
      app.all(`/${way}`, { preHandler, ...timeouts }, handler(wish, answer));
    }
    app.all('/bare', handler(wish, answers(wish).json));
  }
  await app.listen({ port: 0, host: '127.0.0.1' });
  const address = app.server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no port');
  return { port: address.port, close: () => app.close() };
}

type RequestWithHeaders = { readonly headers: FastifyRequest['headers'] };

function apiKeyOf({ headers }: RequestWithHeaders): string | undefined {
  const apiKey = headers['x-api-key'];
  return typeof apiKey === 'string' ? apiKey : undefined;
}

function handler(wish: LawApp, answer: Answer): RouteHandlerMethod {
  return async (request, reply) => answer(request, reply, await wish.work.execute(operationOf(request)));
}

function answers({ work }: LawApp): Readonly<Record<AnswerWay, Answer>> {
  return {
    json: (_request, reply, id) => {
      reply
        .header('set-cookie', `session=${id}`)
        .header('x-request-id', `handler-${id}`)
        .header('x-charge-id', `${id}`);
      return reply.code(201).header('location', `/charges/${id}`).send(work.json(id));
    },
    text: (_request, _reply, id) => work.text(id),
    bytes: (_request, reply, id) => reply.send(Buffer.from(work.bytes(id))),
    stream: (_request, reply, id) =>
      reply.type('application/octet-stream').send(Readable.from(work.chunks(id), { objectMode: false })),
    large: (_request, reply, id) => reply.type('text/plain; charset=utf-8').send(work.large(id)),
    empty: (_request, reply) => reply.send(),
    'no-content': (_request, reply) => reply.code(204).send(),
    status: (_request, reply, id) => reply.code(work.status).send(work.json(id)),
    echo: (request, _reply, id) => ({ id, body: request.body }),
    thrown: () => {
      throw new Error('thrown by the handler');
    },
    refused: () => {
      throw Object.assign(new Error('not like this'), { statusCode: 422 });
    },
    response: (_request, _reply, id) =>
      new Response(ReadableStream.from(work.chunks(id)), { headers: { 'x-powered-by': 'streams' } }),
    writes: async (_request, reply, id) => {
      for await (const chunk of work.chunks(id)) reply.raw.write(chunk);
      reply.raw.end();
      return reply;
    },
    end: (_request, reply, id) => {
      reply.raw.statusCode = 202;
      reply.raw.end(work.text(id));
      return reply;
    },
    'write-head': (_request, reply, id) => {
      reply.raw.writeHead(201, { 'Content-Type': 'text/plain', Location: `/charges/${id}` });
      reply.raw.end(work.text(id));
      return reply;
    },
    hijack: (_request, reply, id) => {
      reply.hijack();
      reply.raw.writeHead(201, { 'Content-Type': 'text/plain', Location: `/charges/${id}` });
      reply.raw.end(work.text(id));
    },
    file: (_request, reply) => reply.type('application/octet-stream').send(createReadStream(someFile)),
  };
}
