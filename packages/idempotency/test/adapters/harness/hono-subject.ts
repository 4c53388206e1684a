import { createReadStream } from 'node:fs';
import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { type Context, type Handler, Hono, type MiddlewareHandler } from 'hono';
import { compress } from 'hono/compress';
import { HTTPException } from 'hono/http-exception';
import { requestId } from 'hono/request-id';
import { stream } from 'hono/streaming';
import { timeout } from 'hono/timeout';
import { idempotency, operationOf } from '../../../src/adapters/hono.ts';
import type { AdapterSubject, AnswerWay, LawApp } from '../../../src/testing/adapter-laws.ts';
import { listening, withoutBodies } from './listening.ts';
import { someFile } from './some-file.ts';
import { timeoutMs } from './timeout-ms.ts';

type Way = Exclude<AnswerWay, 'writes' | 'end' | 'write-head' | 'hijack'>;
type Answer = (context: Context, id: number) => Response | Promise<Response>;

interface HonoSubjectWish {
  /** keeps the lightweight requests and responses of `@hono/node-server` */
  readonly isLight: boolean;
  /** Hono 3 has no timeout */
  readonly hasTimeout?: boolean;
}

/** A Hono app on which the laws are tested. */
export function honoSubject({ isLight, hasTimeout = true }: HonoSubjectWish): AdapterSubject {
  return {
    ways: ['response', 'file'],
    bodyParsers: ['none', 'before', 'after'],
    addressBy: 'adapter',
    compressions: ['front', 'behind'],
    timeouts: hasTimeout ? ['front', 'behind'] : [],
    start(wish) {
      const serve = getRequestListener(appOf(wish, isLight).fetch);
      const listener: RequestListener = (incoming, outgoing) => {
        serve(incoming, outgoing).catch(() => outgoing.destroy());
      };
      return listening(wish.bodyIsLost ? withoutBodies(listener) : listener);
    },
  };
}

// Middleware has a path, because Hono 3 applies middleware without a path only to `/`.
function appOf(wish: LawApp, isLight: boolean): Hono {
  const app = new Hono();
  app.onError((error, context) =>
    error instanceof HTTPException ? error.getResponse() : context.text('failed', 500),
  );
  const { tenantOfApiKey } = wish;
  const protecting = (options: LawApp['options']) =>
    idempotency({
      ...options,
      ...(tenantOfApiKey === undefined
        ? {}
        : { tenantOf: (context) => tenantOfApiKey(context.req.header('x-api-key')) }),
    });
  const protection = protecting(wish.options);
  const { requestId: id } = wish;
  if (id !== undefined) app.use('*', requestId({ headerName: '', generator: () => id }));
  if (!isLight) app.use('*', heavy);
  if (wish.timeout === 'front') app.use('*', timeout(timeoutMs));
  if (wish.compression === 'front') app.use('*', compress({ threshold: 0 }));
  if (wish.bodyParser === 'before') app.use('*', parsed);
  const inside: MiddlewareHandler[] = [];
  if (wish.timeout === 'behind') inside.push(timeout(timeoutMs));
  if (wish.compression === 'behind') inside.push(compress({ threshold: 0 }));
  if (wish.bodyParser === 'after') inside.push(parsed);
  if (wish.inner !== undefined) inside.push(protecting(wish.inner));
  if (wish.protect === 'app') app.use('*', protection, ...inside);
  for (const [way, answer] of Object.entries(answers(wish))) {
    if (wish.protect === 'app') app.all(`/${way}`, handler(wish, answer));
    else app.all(`/${way}`, protection, ...inside, handler(wish, answer));
  }
  if (wish.protect === 'route') app.all('/bare', handler(wish, answers(wish).json));
  return app;
}

/** Replaces the lightweight requests and responses by real ones, as other runtimes have them. */
const heavy: MiddlewareHandler = async (context, next) => {
  context.req.raw = new Request(context.req.raw);
  context.header('X-Prepared', 'before');
  await next();
};

/** Reads the body like a validator: through Hono, which keeps it. */
const parsed: MiddlewareHandler = async (context, next) => {
  if (context.req.header('content-type') === 'application/json') await context.req.json();
  await next();
};

function handler({ work }: LawApp, answer: Answer): Handler {
  return async (context) => answer(context, await work.execute(operationOf(context)));
}

function answers({ work }: LawApp): Readonly<Record<Way, Answer>> {
  return {
    json: (context, id) => {
      context.header('Set-Cookie', `session=${id}`);
      context.header('X-Request-Id', `handler-${id}`);
      context.header('X-Charge-Id', `${id}`);
      return context.json(work.json(id), 201, { Location: `/charges/${id}` });
    },
    text: (context, id) => context.text(work.text(id)),
    bytes: (context, id) =>
      context.body(Buffer.from(work.bytes(id)), 200, { 'Content-Type': 'application/octet-stream' }),
    stream: (context, id) => {
      context.header('Content-Type', 'application/octet-stream');
      return work.breaksStreams
        ? broken(context, work.chunks(id))
        : stream(context, (out) => pipe(out, work.chunks(id)));
    },
    response: (_context, id) => new Response(ReadableStream.from(work.chunks(id))),
    large: (context, id) => context.text(work.large(id)),
    empty: (context) => context.body(null),
    'no-content': (context) => context.body(null, 204),
    status: (context, id) =>
      Response.json(work.json(id), { status: work.status, headers: context.res.headers }),
    echo: async (context, id) => context.json({ id, body: await context.req.json() }),
    thrown: () => {
      throw new Error('thrown by the handler');
    },
    refused: () => {
      throw new HTTPException(422, { message: 'not like this' });
    },
    file: (context) => context.body(ReadableStream.from(createReadStream(someFile))),
  };
}

/** Hono's stream functions swallow errors, so a broken stream is made without them. */
function broken(context: Context, chunks: AsyncIterable<Uint8Array>): Response {
  return context.body(ReadableStream.from(chunks));
}

async function pipe(
  out: { readonly write: (chunk: Uint8Array) => Promise<unknown> },
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  for await (const chunk of chunks) await out.write(chunk);
}
