import { createReadStream } from 'node:fs';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { idempotent, operationOf } from '../../../src/adapters/node.ts';
import type { AdapterSubject, AnswerWay, LawApp } from '../../../src/testing/adapter-laws.ts';
import { handlerBegun } from './handler-begun.ts';
import { listening, withoutBodies } from './listening.ts';
import { someFile } from './some-file.ts';

type Way = Exclude<AnswerWay, 'response' | 'hijack'>;
type Answer = (request: IncomingMessage, response: ServerResponse, id: number) => unknown;

/** A server without a framework, on which the laws are tested. */
export const nodeSubject: AdapterSubject = {
  ways: ['writes', 'end', 'write-head', 'file'],
  bodyParsers: ['none'],
  addressBy: 'adapter',
  compressions: [],
  timeouts: ['front', 'behind'],
  start(wish) {
    const handler = wish.timeout === 'behind' ? timed(wish) : routes(wish);
    const { tenantOfApiKey } = wish;
    const tenantOf = tenantOfApiKey && ((request: IncomingMessage) => tenantOfApiKey(apiKeyOf(request)));
    const tenants = tenantOf === undefined ? {} : { tenantOf };
    const inner =
      wish.inner === undefined ? handler : adapted(idempotent({ ...wish.inner, ...tenants }, handler));
    const protectedHandler = idempotent({ ...wish.options, ...tenants }, inner);
    const listener: RequestListener = (request, response) => {
      if (wish.requestId !== undefined) response.setHeader('X-Request-Id', wish.requestId);
      if (wish.timeout === 'front') answerLate(wish, response);
      if (request.url === '/bare') handler(request, response).catch(() => response.destroy());
      else protectedHandler(request, response);
    };
    return listening(wish.bodyIsLost ? withoutBodies(listener) : listener);
  },
};

/** A timeout that answers on the response, no matter what its handler does. */
function timed(wish: LawApp): ReturnType<typeof routes> {
  const handler = routes(wish);
  return (request, response) => {
    answerLate(wish, response);
    return handler(request, response);
  };
}

function answerLate({ work }: LawApp, response: ServerResponse): void {
  const answer = () => {
    if (!response.headersSent) response.writeHead(503).end();
  };
  handlerBegun(work).then(answer, () => undefined);
}

/** Wraps a handler that does not use promises. */
function adapted(handler: (request: IncomingMessage, response: ServerResponse) => void) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> =>
    handler(request, response);
}

function apiKeyOf({ headers }: IncomingMessage): string | undefined {
  const apiKey = headers['x-api-key'];
  return typeof apiKey === 'string' ? apiKey : undefined;
}

function routes(wish: LawApp): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const ways = new Map(Object.entries(answers(wish)));
  ways.set('bare', answers(wish).json);
  return async (request, response) => {
    const answer = ways.get(request.url?.slice(1).split('?')[0] ?? '');
    if (answer === undefined) response.writeHead(404).end();
    else await answer(request, response, await wish.work.execute(operationOf(request)));
  };
}

function answers({ work }: LawApp): Readonly<Record<Way, Answer>> {
  const plain = { 'Content-Type': 'text/plain; charset=utf-8' };
  const octets = { 'Content-Type': 'application/octet-stream' };
  const sendJson = (response: ServerResponse, status: number, value: unknown, headers: object = {}) =>
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(JSON.stringify(value));
  return {
    json: (_request, response, id) =>
      sendJson(response, 201, work.json(id), {
        Location: `/charges/${id}`,
        'Set-Cookie': `session=${id}`,
        'X-Request-Id': `handler-${id}`,
        'X-Charge-Id': `${id}`,
      }),
    text: (_request, response, id) => response.writeHead(200, plain).end(work.text(id)),
    bytes: (_request, response, id) => response.writeHead(200, octets).end(work.bytes(id)),
    stream: (_request, response, id) =>
      pipeline(Readable.from(work.chunks(id)), response.writeHead(200, octets)),
    large: (_request, response, id) => response.writeHead(200, plain).end(work.large(id)),
    empty: (_request, response) => response.end(),
    'no-content': (_request, response) => response.writeHead(204).end(),
    status: (_request, response, id) => sendJson(response, work.status, work.json(id)),
    echo: async (request, response, id) =>
      sendJson(response, 200, { id, body: JSON.parse(await text(request)) }),
    thrown: () => {
      throw new Error('thrown by the handler');
    },
    refused: (_request, response) => response.writeHead(422).end(),
    writes: async (_request, response, id) => {
      for await (const chunk of work.chunks(id)) response.write(chunk);
      response.end();
    },
    end: (_request, response, id) => {
      response.statusCode = 202;
      response.end(work.text(id));
    },
    'write-head': (_request, response, id) => {
      response.writeHead(201, { 'Content-Type': 'text/plain', Location: `/charges/${id}` });
      response.end(work.text(id));
    },
    file: (_request, response) => pipeline(createReadStream(someFile), response),
  };
}
