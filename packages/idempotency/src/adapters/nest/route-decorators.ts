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

/** What the decorators of this module return, for a route or a controller. */
export type RouteDecorator = ReturnType<typeof applyDecorators>;

/** The injection token of the module's options, for routes with additional options. */
export const sharedOptions = Symbol('@billonce/idempotency:options');

const skipped = '@billonce/idempotency:skipped';
const reflector = new Reflector();

/** Excludes a route or a controller from the protection of its app. */
export function skipDecorator(): RouteDecorator {
  return applyDecorators(SetMetadata(skipped, true));
}

/** Whether a route is excluded: by its own decorator, otherwise by that of its controller. */
export function isSkipped(context: ExecutionContext): boolean {
  // A context that no controller created may have neither.
  const targets = [context.getHandler(), context.getClass()].filter((target) => typeof target === 'function');
  return reflector.getAllAndOverride<boolean>(skipped, targets) === true;
}

/**
 * Protects a route or a controller with an interceptor that is created when the app starts, from the options of the
 * module if there are any.
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
