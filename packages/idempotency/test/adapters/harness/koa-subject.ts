import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { constants } from 'node:zlib';
import { bodyParser } from '@koa/bodyparser';
import type KoaOf3 from 'koa';
import type { Context, Middleware } from 'koa';
import compress from 'koa-compress';
import { idempotency, operationOf } from '../../../src/adapters/koa.ts';
import type { AdapterSubject, AnswerWay, LawApp, LawServer } from '../../../src/testing/adapter-laws.ts';
import { handlerBegun } from './handler-begun.ts';
import { listening } from './listening.ts';
import { someFile } from './some-file.ts';

type OwnWay = AdapterSubject['ways'][number];
type Answer = (context: Context, id: number) => unknown;

/** A Koa app of the given version, on which the laws are tested. */
export const koaSubject = (Koa: typeof KoaOf3, ways: readonly OwnWay[]): AdapterSubject => ({
  ways,
  bodyParsers: ['none', 'before', 'after'],
  addressBy: 'framework',
  compressions: ['front', 'behind'],
  timeouts: ['front', 'behind'],
  start: (wish) => start(Koa, wish),
});

async function start(Koa: typeof KoaOf3, wish: LawApp): Promise<LawServer> {
  const app = new Koa();
  app.silent = true;
  app.proxy = wish.trustsProxy;
  const { tenantOfApiKey } = wish;
  const protecting = (options: LawApp['options']): Middleware =>
    idempotency<Context>({
      ...options,
      ...(tenantOfApiKey === undefined
        ? {}
        : { tenantOf: (context) => tenantOfApiKey(context.get('x-api-key') || undefined) }),
    });
  const protection = protecting(wish.options);
  const compressed = compress({ threshold: 0, br: false, gzip: { flush: constants.Z_SYNC_FLUSH } });
  const parsed = bodyParser({ jsonLimit: '10mb' });
  if (wish.requestId !== undefined) app.use(named(wish.requestId));
  if (wish.timeout === 'front') app.use(race(wish));
  if (wish.compression === 'front') app.use(compressed);
  if (wish.bodyIsLost) app.use(losing);
  else if (wish.bodyParser === 'before') app.use(parsed);
  if (wish.protect === 'app') app.use(protection);
  else app.use((context, next) => (context.path === '/bare' ? next() : protection(context, next)));
  if (wish.timeout === 'behind') app.use(race(wish));
  if (wish.compression === 'behind') app.use(compressed);
  if (wish.bodyParser === 'after') app.use(parsed);
  if (wish.inner !== undefined) app.use(protecting(wish.inner));
  const routes = new Map(Object.entries(answers(wish)));
  routes.set('bare', answers(wish).json);
  app.use(async (context) => {
    const answer = routes.get(context.path.slice(1));
    if (answer !== undefined) await answer(context, await wish.work.execute(operationOf(context)));
  });
  const callback = app.callback();
  return listening((request, response) => {
    callback(request, response).catch(() => response.destroy());
  });
}

/** Reads the body and discards it. */
const losing: Middleware = async (context, next) => {
  await text(context.req);
  await next();
};

/** Gives each request an id, in the place where Koa middleware puts values for others. */
function named(requestId: string): Middleware {
  return (context, next) => {
    Object.assign(context.state, { requestId });
    return next();
  };
}

/** A timeout as is usual for Koa. */
function race({ work }: LawApp): Middleware {
  return async (context, next) => {
    const late = handlerBegun(work).then(() => context.throw(504));
    await Promise.race([next(), late]);
  };
}

function answers({ work }: LawApp): Readonly<Record<AnswerWay, Answer>> {
  return {
    json: (context, id) => {
      context.set('Set-Cookie', `session=${id}`);
      context.set('X-Request-Id', `handler-${id}`);
      context.set('X-Charge-Id', `${id}`);
      context.set('Location', `/charges/${id}`);
      context.status = 201;
      context.body = work.json(id);
    },
    text: (context, id) => {
      context.body = work.text(id);
    },
    bytes: (context, id) => {
      context.body = Buffer.from(work.bytes(id));
    },
    stream: (context, id) => {
      context.body = Readable.from(work.chunks(id), { objectMode: false });
    },
    large: (context, id) => {
      context.body = work.large(id);
    },
    empty: (context) => {
      context.body = '';
    },
    'no-content': (context) => {
      context.status = 204;
    },
    status: (context, id) => {
      context.status = work.status;
      context.body = work.json(id);
    },
    echo: async (context, id) => {
      const { body } = context.request;
      context.body = { id, body: body ?? JSON.parse(await text(context.req)) };
    },
    thrown: () => {
      throw new Error('thrown by the handler');
    },
    refused: (context) => context.throw(422, 'not like this'),
    response: (context, id) => {
      context.body = new Response(ReadableStream.from(work.chunks(id)));
    },
    writes: async (context, id) => {
      context.respond = false;
      context.res.statusCode = 200;
      for await (const chunk of work.chunks(id)) context.res.write(chunk);
      context.res.end();
    },
    end: (context, id) => {
      context.respond = false;
      context.res.statusCode = 202;
      context.res.end(work.text(id));
    },
    'write-head': (context, id) => {
      context.res.writeHead(201, { 'Content-Type': 'text/plain', Location: `/charges/${id}` });
      context.res.end(work.text(id));
    },
    hijack: (context, id) => {
      context.respond = false;
      context.res.writeHead(201, { 'Content-Type': 'text/plain', Location: `/charges/${id}` });
      context.res.end(work.text(id));
    },
    file: (context) => {
      context.body = createReadStream(someFile);
    },
  };
}
