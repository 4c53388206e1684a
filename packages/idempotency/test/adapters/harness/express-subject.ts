import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import compression from 'compression';
import timeout from 'connect-timeout';
import type expressOf5 from 'express';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { idempotency, operationOf } from '../../../src/adapters/express.ts';
import type { AdapterSubject, AnswerWay, LawApp, LawServer } from '../../../src/testing/adapter-laws.ts';
import { listening } from './listening.ts';
import { someFile } from './some-file.ts';
import { timeoutMs } from './timeout-ms.ts';

type Way = Exclude<AnswerWay, 'response' | 'hijack'>;
type Answer = (request: Request, response: Response, id: number) => unknown;

/** An Express app of the given version, on which the laws are tested. */
export function expressSubject(express: typeof expressOf5): AdapterSubject {
  return {
    ways: ['writes', 'end', 'write-head', 'file'],
    bodyParsers: ['none', 'before', 'after'],
    addressBy: 'framework',
    compressions: ['front', 'behind'],
    timeouts: ['front', 'behind'],
    start: (wish) => start(express, wish),
  };
}

function start(express: typeof expressOf5, wish: LawApp): Promise<LawServer> {
  const app = express();
  app.set('env', 'test');
  if (wish.trustsProxy) app.set('trust proxy', 1);
  const { tenantOfApiKey } = wish;
  const protecting = (options: LawApp['options']) =>
    idempotency<Request>({
      ...options,
      ...(tenantOfApiKey === undefined
        ? {}
        : { tenantOf: (request) => tenantOfApiKey(request.get('x-api-key')) }),
    });
  const protection = protecting(wish.options);
  const compressed = compression({ threshold: 0 });
  const around: RequestHandler[] = [];
  if (wish.requestId !== undefined) around.push(named(wish.requestId));
  if (wish.timeout === 'front') around.push(timeout(`${timeoutMs}ms`));
  if (wish.compression === 'front') around.push(compressed);
  if (wish.bodyIsLost) around.push(losing);
  else if (wish.bodyParser === 'before') around.push(express.json({ limit: '10mb' }));
  if (around.length > 0) app.use(...around);
  const inside: RequestHandler[] = [];
  if (wish.timeout === 'behind') inside.push(timeout(`${timeoutMs}ms`));
  if (wish.compression === 'behind') inside.push(compressed);
  if (wish.bodyParser === 'after') inside.push(express.json({ limit: '10mb' }));
  if (wish.inner !== undefined) inside.push(protecting(wish.inner));
  const ways = Object.entries(answers(wish));
  if (wish.protect === 'app') {
    app.use(protection, ...inside);
    for (const [way, answer] of ways) app.all(`/${way}`, handler(wish, answer));
  } else {
    for (const [way, answer] of ways) app.all(`/${way}`, protection, ...inside, handler(wish, answer));
    app.all('/bare', ...inside, handler(wish, answers(wish).json));
  }
  return listening(app);
}

/** Reads the body and discards it. */
const losing: RequestHandler = (request, _response, next) => {
  request.on('end', next).resume();
};

/** Gives each request an id, like express-request-id and pino-http do. */
function named(id: string): RequestHandler {
  return (request, _response, next) => {
    Object.assign(request, { id });
    next();
  };
}

/** Express 4 does not support promises: a rejection of a handler is passed to `next` here. */
function handler(wish: LawApp, answer: Answer): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    wish.work
      .execute(operationOf(request))
      .then((id) => answer(request, response, id))
      .catch(next);
  };
}

function answers({ work }: LawApp): Readonly<Record<Way, Answer>> {
  return {
    json: (_request, response, id) => {
      response.set('Set-Cookie', `session=${id}`);
      response.set('X-Request-Id', `handler-${id}`);
      response.set('X-Charge-Id', `${id}`);
      response.status(201).location(`/charges/${id}`).json(work.json(id));
    },
    text: (_request, response, id) => response.type('text/plain').send(work.text(id)),
    bytes: (_request, response, id) => response.send(Buffer.from(work.bytes(id))),
    stream: (_request, response, id) => {
      response.type('application/octet-stream');
      return pipeline(Readable.from(work.chunks(id)), response);
    },
    large: (_request, response, id) => response.type('text/plain').send(work.large(id)),
    empty: (_request, response) => response.end(),
    'no-content': (_request, response) => response.status(204).end(),
    status: (_request, response, id) => response.status(work.status).json(work.json(id)),
    echo: async (request, response, id) =>
      response.json({ id, body: request.body ?? (await ownBody(request)) }),
    thrown: () => {
      throw new Error('thrown by the handler');
    },
    refused: () => {
      throw Object.assign(new Error('not like this'), { status: 422 });
    },
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
    file: (_request, response) => response.sendFile(someFile),
  };
}

async function ownBody(request: Request): Promise<unknown> {
  return JSON.parse(await text(request));
}
