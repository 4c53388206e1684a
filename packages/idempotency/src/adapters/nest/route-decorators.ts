import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  Optional,
  SetMetadata,
  UseInterceptors,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Observable } from 'rxjs';

/** What the decorators of this module give: for a route or a controller. */
export type RouteDecorator = ReturnType<typeof applyDecorators>;

/** Where the options of the module are, for the routes that have some of their own. */
export const sharedOptions = Symbol('@billonce/idempotency:options');

const skipped = '@billonce/idempotency:skipped';
const reflector = new Reflector();

/** Leaves a route or a controller alone, although its app is protected. */
export function skipDecorator(): RouteDecorator {
  return applyDecorators(SetMetadata(skipped, true));
}

/** Whether a route is left alone: by its own decorator, else by that of its controller. */
export function isSkipped(context: ExecutionContext): boolean {
  // Contexts that no controller has made may have neither.
  const targets = [context.getHandler(), context.getClass()].filter((target) => typeof target === 'function');
  return reflector.getAllAndOverride<boolean>(skipped, targets) === true;
}

/**
 * Protects a route or a controller by an interceptor that is made when the app starts, of the options of the module if
 * there are some.
 */
export function routeDecorator<Options>(
  interceptorOf: (shared: Options | undefined) => NestInterceptor,
): RouteDecorator {
  class RouteInterceptor implements NestInterceptor {
    readonly #own: NestInterceptor;

    constructor(shared: Options | undefined) {
      this.#own = interceptorOf(shared);
    }

    intercept(
      context: ExecutionContext,
      next: CallHandler,
    ): Observable<unknown> | Promise<Observable<unknown>> {
      return this.#own.intercept(context, next);
    }
  }
  Injectable()(RouteInterceptor);
  Inject(sharedOptions)(RouteInterceptor, undefined, 0);
  Optional()(RouteInterceptor, undefined, 0);
  return applyDecorators(SetMetadata(skipped, false), UseInterceptors(RouteInterceptor));
}
