import type { IncomingMessage } from 'node:http';
import type {
  CallHandler,
  DynamicModule,
  ExecutionContext,
  FactoryProvider,
  ModuleMetadata,
  NestInterceptor,
} from '@nestjs/common';
import { Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { type Observable, of } from 'rxjs';
import type { KeptResponse } from '../core/kept-response.ts';
import { judgeBeyondHttp } from './nest/beyond-http.ts';
import { hideHangUp } from './nest/deaf-socket.ts';
import {
  isSkipped,
  type RouteDecorator,
  routeDecorator,
  sharedOptions,
  skipDecorator,
} from './nest/route-decorators.ts';
import { type PlatformResponse, rawResponse, silence, substituteAnswer } from './nest/substitute-answer.ts';
import { watched } from './nest/watched-handler.ts';
import { frameworkRequestId } from './node/node-request.ts';
import { setOperation } from './node/operations.ts';
import { type NodeOptions, NodeProtection } from './node/protection.ts';

export type { Operation } from '../core/operation.ts';
export { UnprotectedContextError } from './nest/beyond-http.ts';
export { operationOf } from './node/operations.ts';

/** The parts of a request of Express or Fastify, the platforms of Nest, that the adapter reads. */
export interface NestRequest {
  readonly headers: IncomingMessage['headers'];
  readonly originalUrl?: string;
  readonly body?: unknown;
  /** the address of the client, according to the platform's setting for proxies */
  readonly ip?: string | undefined;
}

/** The options of the adapter for NestJS; `Request` is the argument of `tenantOf`. */
export type NestOptions<Request extends NestRequest = NestRequest> = NodeOptions<Request>;

/** A factory of Nest with any dependencies. */
type Factory = FactoryProvider['useFactory'];

/**
 * Where the options come from when the app starts: a factory and its injected dependencies. `Request` is inferred from the
 * functions in the options that the factory returns.
 */
export type NestAsyncOptions<Request extends NestRequest = NestRequest> = Pick<ModuleMetadata, 'imports'> &
  Omit<FactoryProvider, 'provide' | 'useFactory'> & {
    readonly useFactory: (
      ...dependencies: Parameters<Factory>
    ) => NestOptions<Request> | Promise<NestOptions<Request>>;
  };

/**
 * Makes the writes of a controller or a route of NestJS retry-safe, on Express or Fastify. It runs after the guards and
 * before the pipes. A mutation of GraphQL whose request has a key is refused, unless the route of GraphQL is protected.
 *
 * @throws {InvalidOptionsError} that names every mistake in the options
 * @example
 * @UseInterceptors(new IdempotencyInterceptor({ store: memoryStore(), tenantOf }))
 */
export class IdempotencyInterceptor<Request extends NestRequest = NestRequest> implements NestInterceptor {
  readonly #protection: NodeProtection<Request>;

  constructor(options: NestOptions<Request>) {
    this.#protection = new NodeProtection<Request>(options, true);
  }

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    if (isSkipped(context)) return next.handle();
    if (context.getType() !== 'http') {
      if (judgeBeyondHttp(context, this.#protection) === 'unseen')
        this.#protection.warn('unprotected_context');
      return next.handle();
    }
    const http = context.switchToHttp();
    const request = http.getRequest<Request & PlatformRequest>();
    const response = http.getResponse<PlatformResponse>();
    const raw = rawRequest(request);
    const { headers } = request;
    if (!this.#protection.concerns({ method: raw.method, headers })) return next.handle();
    let isSent: Promise<void> | undefined;
    let value: unknown;
    const outcome = await this.#protection.protect({
      request,
      raw,
      headers,
      response: rawResponse(response),
      target: request.originalUrl ?? raw.url ?? '',
      parsedBody: () => request.body,
      address: () => request.ip,
      ...namedRequest(request, raw),
      send: (answer) => {
        isSent = substituteAnswer(response, answer);
        value = jsonOf(answer);
      },
    });
    if (outcome.kind === 'answered') {
      // If nothing was sent, the client is gone or a timeout has answered.
      if (isSent === undefined) silence(response);
      await isSent;
      // Outer interceptors receive the answer in the form that the handler would return, if it is JSON.
      return of(value);
    }
    if (outcome.operation !== undefined) {
      setOperation(request, outcome.operation);
      setOperation(raw, outcome.operation);
      hideHangUp(raw);
      return watched(next.handle(), outcome.operation, rawResponse(response));
    }
    return next.handle();
  }
}

/** The module that makes all writes of a Nest app retry-safe. */
// biome-ignore lint/complexity/noStaticOnlyClass: a module of Nest is a class
export class IdempotencyModule {
  /**
   * Registers the interceptor for all routes.
   *
   * @throws {InvalidOptionsError} listing every mistake in the options
   * @example
   * imports: [IdempotencyModule.forRoot({ store: memoryStore(), tenantOf })]
   */
  static forRoot<Request extends NestRequest = NestRequest>(options: NestOptions<Request>): DynamicModule {
    const useValue = new IdempotencyInterceptor(options);
    return {
      module: IdempotencyModule,
      global: true,
      providers: [
        { provide: APP_INTERCEPTOR, useValue },
        { provide: sharedOptions, useValue: options },
      ],
      exports: [sharedOptions],
    };
  }

  /**
   * Like `forRoot`, with options that a factory creates when the app starts. A mistake in them makes the start fail.
   *
   * @example
   * imports: [IdempotencyModule.forRootAsync({ inject: [Pool], useFactory: (pool) => ({ store: pgStore(pool), tenantOf }) })]
   */
  static forRootAsync<Request extends NestRequest = NestRequest>({
    imports = [],
    useFactory,
    ...provider
  }: NestAsyncOptions<Request>): DynamicModule {
    return {
      module: IdempotencyModule,
      global: true,
      imports,
      providers: [
        { ...provider, provide: sharedOptions, useFactory },
        {
          provide: APP_INTERCEPTOR,
          inject: [sharedOptions],
          useFactory: (options: NestOptions<Request>) => new IdempotencyInterceptor<Request>(options),
        },
      ],
      exports: [sharedOptions],
    };
  }
}

Module({})(IdempotencyModule);

/**
 * Protects a route or a controller with separate options, which override those of the module if there is one. A mistake
 * in them makes the start of the app fail.
 *
 * @example
 * @Idempotent({ requireKey: true, answerTtlMs: 604_800_000 })
 */
export function Idempotent<Request extends NestRequest = NestRequest>(
  options: Partial<NestOptions<Request>> = {},
): RouteDecorator {
  return routeDecorator<NestOptions<Request>>(
    (shared) => new IdempotencyInterceptor<Request>(parseMerged({ ...shared, ...options })),
  );
}

/** Excludes a route or a controller from the protection of its app: requests with a key and without one. */
export function SkipIdempotency(): RouteDecorator {
  return skipDecorator();
}

/** Casts merged options. A required option may be missing; the interceptor reports it. */
function parseMerged<Request extends NestRequest>(
  merged: Partial<NestOptions<Request>>,
): NestOptions<Request> {
  return merged as NestOptions<Request>;
}

/** The JSON value of an answer; `undefined` if its type is not JSON. */
function jsonOf({ headers, body }: KeptResponse): unknown {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  if (!/[/+]json\s*(?:;|$)/i.test(type)) return undefined;
  try {
    return JSON.parse(Buffer.from(body).toString());
  } catch {
    return undefined;
  }
}

/** Express passes Node's own request, Fastify an object that contains it. */
type PlatformRequest = IncomingMessage | { readonly raw: IncomingMessage };

function rawRequest(request: PlatformRequest): IncomingMessage {
  return 'raw' in request ? request.raw : request;
}

/** The id that Fastify gave the request. On Express it is found in the same way as without Nest. */
function namedRequest(request: PlatformRequest, raw: IncomingMessage): { readonly requestId?: string } {
  if (request === raw || !('id' in request) || typeof request.id !== 'string') return {};
  return { requestId: frameworkRequestId(request.id, raw) };
}
