import { createReadStream } from 'node:fs';
import { idempotent, operationOf } from '../../../src/adapters/fetch.ts';
import { clientAddress } from '../../../src/core/client-address.ts';
import type { AdapterSubject, AnswerWay, LawApp } from '../../../src/testing/adapter-laws.ts';
import { type ServedHandler, servingFetch } from './fetch-server.ts';
import { handlerBegun } from './handler-begun.ts';
import { someFile } from './some-file.ts';

type Way = Exclude<AnswerWay, 'writes' | 'end' | 'write-head' | 'hijack'>;
type Answer = (id: number, request: Request) => Response | Promise<Response>;
type Wrap = (handler: ServedHandler) => ServedHandler;

/** Fetch API handlers on which the laws are tested. */
export const fetchSubject: AdapterSubject = {
  ways: ['response', 'file'],
  bodyParsers: ['none'],
  addressBy: 'app',
  compressions: ['front', 'behind'],
  timeouts: ['front', 'behind'],
  start(wish) {
    const protect = protection(wish, wish.options);
    const again: Wrap = wish.inner === undefined ? same : protection(wish, wish.inner);
    const coded = (place: LawApp['compression']): Wrap => (wish.compression === place ? compressed : same);
    const routes = new Map<string, ServedHandler>();
    for (const [way, answer] of Object.entries(answers(wish))) {
      const timed = wish.timeout === 'behind' ? followed(wish) : same;
      const plain = again(coded('behind')(timed(handler(wish, answer))));
      const raced = wish.timeout === 'front' ? race(wish) : same;
      routes.set(`/${way}`, wish.protect === 'app' ? plain : raced(protect(plain)));
      if (way === 'json' && wish.protect === 'route') routes.set('/bare', plain);
    }
    const route: ServedHandler = (request, address) =>
      routes.get(new URL(request.url).pathname)?.(request, address) ?? new Response(null, { status: 404 });
    const named = wish.requestId === undefined ? same : naming(wish.requestId);
    const read = wish.bodyIsLost ? losing : same;
    return servingFetch(read(named(coded('front')(wish.protect === 'app' ? protect(route) : route))));
  },
};

function protection({ tenantOfApiKey }: LawApp, options: LawApp['options']): Wrap {
  const { trustedProxies = 0, ...own } = options;
  return (handler) =>
    idempotent<Request, [address: string | undefined]>(
      {
        ...own,
        ...(tenantOfApiKey === undefined
          ? {}
          : { tenantOf: (request) => tenantOfApiKey(request.headers.get('x-api-key') ?? undefined) }),
        ...(own.callers === undefined ? {} : { addressOf: addressBehind(trustedProxies) }),
      },
      handler,
    );
}

const same: Wrap = (handler) => handler;

/** Reads the body and discards it. */
const losing: Wrap = (handler) => async (request, address) => {
  await request.text();
  return handler(request, address);
};

/** Gives each request an id, in a header: a `Request` has no other place for it. */
function naming(id: string): Wrap {
  return (handler) => (request, address) => {
    const headers = new Headers(request.headers);
    headers.set('X-Request-Id', id);
    return handler(new Request(request, { headers }), address);
  };
}

/** A timeout around a handler. */
function race(wish: LawApp): Wrap {
  return (handler) => (request, address) => {
    const late = tooLate(wish);
    return Promise.race([handler(request, address), late]);
  };
}

/** A timeout inside the protection: it tells the operation which promise it does not wait for. */
function followed(wish: LawApp): Wrap {
  return (handler) => (request, address) => {
    const late = tooLate(wish);
    const running = Promise.resolve(handler(request, address));
    operationOf(request)?.follow(running);
    return Promise.race([running, late]);
  };
}

async function tooLate({ work }: LawApp): Promise<Response> {
  await handlerBegun(work);
  return new Response('too late', { status: 504 });
}

function addressBehind(trustedProxies: number) {
  return ({ headers }: Request, address = ''): string =>
    clientAddress(address, headers.get('x-forwarded-for') ?? undefined, trustedProxies);
}

const compressed: Wrap = (handler) => async (request, address) => {
  const response = await handler(request, address);
  const isAsked = request.headers.get('accept-encoding')?.includes('gzip') === true;
  if (!isAsked || response.body === null) return response;
  const coded = new Response(response.body.pipeThrough(new CompressionStream('gzip')), response);
  coded.headers.set('Content-Encoding', 'gzip');
  return coded;
};

function handler({ work }: LawApp, answer: Answer): ServedHandler {
  return async (request) => answer(await work.execute(operationOf(request)), request);
}

function answers({ work }: LawApp): Readonly<Record<Way, Answer>> {
  const typed = (type: string) => ({ headers: { 'Content-Type': type } });
  const plain = typed('text/plain; charset=utf-8');
  const streamed = (id: number) =>
    new Response(ReadableStream.from(work.chunks(id)), typed('application/octet-stream'));
  return {
    json: (id) => {
      const headers = {
        Location: `/charges/${id}`,
        'Set-Cookie': `session=${id}`,
        'X-Request-Id': `handler-${id}`,
        'X-Charge-Id': `${id}`,
      };
      return Response.json(work.json(id), { status: 201, headers });
    },
    text: (id) => new Response(work.text(id), plain),
    bytes: (id) => new Response(Buffer.from(work.bytes(id)), typed('application/octet-stream')),
    stream: streamed,
    response: streamed,
    large: (id) => new Response(work.large(id), plain),
    empty: () => new Response(),
    'no-content': () => new Response(null, { status: 204 }),
    status: (id) => Response.json(work.json(id), { status: work.status }),
    echo: async (id, request) => Response.json({ id, body: await request.json() }),
    thrown: () => {
      throw new Error('thrown by the handler');
    },
    refused: () => Promise.reject(new Response('not like this', { status: 422 })),
    file: () => new Response(ReadableStream.from(createReadStream(someFile)), typed('text/plain')),
  };
}
