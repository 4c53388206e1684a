import 'reflect-metadata';
import { createReadStream } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  All,
  Bind,
  Body,
  Controller,
  type DynamicModule,
  HttpCode,
  HttpException,
  type INestApplication,
  Module,
  type NestInterceptor,
  Req,
  Res,
  StreamableFile,
  UseInterceptors,
} from '@nestjs/common';
import {
  IdempotencyInterceptor,
  IdempotencyModule,
  type NestOptions,
  operationOf,
} from '../../../src/adapters/nest.ts';
import type { AnswerWay, LawApp, LawServer } from '../../../src/testing/adapter-laws.ts';
import { rxjsTimeout } from './rxjs-timeout.ts';
import { someFile } from './some-file.ts';

/** Node's request, or one that wraps it. */
export type PlatformRequest = IncomingMessage & { readonly raw?: IncomingMessage };

/** The parts of both platforms' responses that the routes use. */
export interface PlatformResponse {
  readonly raw?: ServerResponse;
  status(status: number): PlatformResponse;
  header(name: string, value: string): PlatformResponse;
  send(body?: unknown): unknown;
  hijack?(): unknown;
}

/** A way to answer: with a value, which Nest sends, or with the response, which Nest then does not touch. */
interface Route {
  readonly status?: number;
  /** with the value; the response is available for headers */
  readonly value?: (response: PlatformResponse, id: number, body: unknown) => unknown;
  /** only with the response */
  readonly sent?: (response: PlatformResponse, id: number) => unknown;
}

type Routes = Readonly<Partial<Record<AnswerWay | 'bare', Route>>>;

function raw(response: PlatformResponse): ServerResponse {
  if (response.raw !== undefined) return response.raw;
  throw new Error('a response of Express has no other');
}

function routes(
  { work }: LawApp,
  { rawOf, hijacksStreams }: { readonly rawOf: typeof raw; readonly hijacksStreams: boolean },
): Routes {
  const json: Route = {
    status: 201,
    value: (response, id) => {
      response.header('Location', `/charges/${id}`).header('Set-Cookie', `session=${id}`);
      response.header('X-Request-Id', `handler-${id}`);
      response.header('X-Charge-Id', `${id}`);
      return work.json(id);
    },
  };
  const typed = (type: string, make: (id: number) => unknown): Route => ({
    value: (response, id) => {
      response.header('Content-Type', type);
      return make(id);
    },
  });
  const streamed = (id: number) => Readable.from(work.chunks(id), { objectMode: false });
  const headWritten = (response: PlatformResponse, id: number) => {
    rawOf(response).writeHead(201, { 'Content-Type': 'text/plain', Location: `/charges/${id}` });
    rawOf(response).end(work.text(id));
  };
  return {
    json,
    bare: json,
    text: typed('text/plain; charset=utf-8', (id) => work.text(id)),
    bytes: { value: (_response, id) => new StreamableFile(work.bytes(id)) },
    stream: {
      sent: (response, id) => {
        if (hijacksStreams) response.hijack?.();
        rawOf(response).setHeader('Content-Type', 'application/octet-stream');
        return pipeline(streamed(id), rawOf(response));
      },
    },
    large: typed('text/plain; charset=utf-8', (id) => work.large(id)),
    empty: { value: () => undefined },
    'no-content': { status: 204, value: () => undefined },
    status: { sent: (response, id) => response.status(work.status).send(work.json(id)) },
    echo: { value: (_response, id, body) => ({ id, body }) },
    thrown: {
      value: () => {
        throw new Error('thrown by the handler');
      },
    },
    refused: {
      value: () => {
        throw new HttpException('not like this', 422);
      },
    },
    writes: {
      sent: async (response, id) => {
        for await (const chunk of work.chunks(id)) rawOf(response).write(chunk);
        rawOf(response).end();
      },
    },
    end: {
      sent: (response, id) => {
        rawOf(response).statusCode = 202;
        rawOf(response).end(work.text(id));
      },
    },
    'write-head': { sent: headWritten },
    hijack: {
      sent: (response, id) => {
        response.hijack?.();
        headWritten(response, id);
      },
    },
    response: typed('application/octet-stream', (id) => new StreamableFile(streamed(id))),
    file: { value: () => new StreamableFile(createReadStream(someFile)) },
  };
}

/**
 * The root module of an app with a route for each way. Decorators are called as functions.
 *
 * @param hijacksStreams whether handlers that write a stream take the response over from Fastify
 */
export function rootModule(
  wish: LawApp,
  {
    rawOf = raw,
    hijacksStreams = false,
  }: { readonly rawOf?: typeof raw; readonly hijacksStreams?: boolean } = {},
): DynamicModule {
  const { tenantOfApiKey } = wish;
  const tenantOf: NestOptions['tenantOf'] =
    tenantOfApiKey &&
    (({ headers }) => {
      const apiKey = headers['x-api-key'];
      return tenantOfApiKey(typeof apiKey === 'string' ? apiKey : undefined);
    });
  const tenants = tenantOf === undefined ? {} : { tenantOf };
  const options: NestOptions = { ...wish.options, ...tenants };
  const own = wish.protect === 'route' ? options : wish.inner && { ...wish.inner, ...tenants };
  const interceptor = own && new IdempotencyInterceptor(own);
  const controllers = Object.entries(routes(wish, { rawOf, hijacksStreams })).map(([way, route]) => {
    const controller = controllerOf(wish, way, route);
    if (interceptor !== undefined && way !== 'bare')
      UseInterceptors(...beside(interceptor, wish.timeout))(controller);
    return controller;
  });
  class Root {}
  Module({})(Root);
  const imports = wish.protect === 'app' ? [IdempotencyModule.forRoot(options)] : [];
  return { module: Root, imports, controllers };
}

function beside(interceptor: NestInterceptor, timeout: LawApp['timeout']): readonly NestInterceptor[] {
  if (timeout === 'none') return [interceptor];
  return timeout === 'front' ? [rxjsTimeout, interceptor] : [interceptor, rxjsTimeout];
}

function controllerOf({ work }: LawApp, way: string, { status = 200, value, sent }: Route) {
  class Ways {
    async answer(request: PlatformRequest, response: PlatformResponse, body: unknown): Promise<unknown> {
      const id = await work.execute(operationOf(request));
      return value?.(response, id, body) ?? sent?.(response, id);
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Ways.prototype, 'answer') ?? {};
  All(way)(Ways.prototype, 'answer', descriptor);
  HttpCode(status)(Ways.prototype, 'answer', descriptor);
  Bind(Req(), Res({ passthrough: value !== undefined }), Body())(Ways.prototype, 'answer', descriptor);
  Controller()(Ways);
  return Ways;
}

/** Starts a Nest app on a free port. */
export async function served(app: INestApplication): Promise<LawServer> {
  await app.listen(0, '127.0.0.1');
  const port = Number(new URL(await app.getUrl()).port);
  return { port, close: () => app.close() };
}
