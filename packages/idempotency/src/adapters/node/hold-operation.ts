import type { IncomingMessage } from 'node:http';
import type { IdempotencyEngine } from '../../core/engine.ts';
import type { RefusedRequest } from '../../core/idempotent-request.ts';
import type { KeptResponse } from '../../core/kept-response.ts';
import type { Operation } from '../../core/operation.ts';
import type { Awaitable } from '../../core/store.ts';
import type { NodeExchange } from './exchange.ts';
import { type HeldResponseEnd, holdResponse } from './held-response.ts';

/**
 * Holds the response of an exchange back until its operation has ended.
 *
 * @param hidesSocket whether the framework checks the socket, besides the response, for a client that is gone
 */
export function holdOperation(
  exchange: Pick<NodeExchange<unknown>, 'response' | 'isOthersAnswer' | 'hasTimedOut'>,
  operation: Operation,
  about: RefusedRequest,
  engine: IdempotencyEngine,
  hidesSocket: boolean,
): void {
  const { response } = exchange;
  operation.hold(holdResponse(response, new HeldOperation(exchange, operation, about, engine, hidesSocket)));
  const echo = engine.echoOf(operation.key);
  if (echo !== undefined && !response.headersSent) response.setHeader(...echo);
}

/** Ends an operation with the answer of its held response. */
class HeldOperation implements HeldResponseEnd {
  readonly hidesSocket: boolean;
  readonly #exchange: Pick<NodeExchange<unknown>, 'response' | 'isOthersAnswer' | 'hasTimedOut'>;
  readonly #operation: Operation;
  readonly #about: RefusedRequest;
  readonly #engine: IdempotencyEngine;

  constructor(
    exchange: Pick<NodeExchange<unknown>, 'response' | 'isOthersAnswer' | 'hasTimedOut'>,
    operation: Operation,
    about: RefusedRequest,
    engine: IdempotencyEngine,
    hidesSocket: boolean,
  ) {
    this.#exchange = exchange;
    this.#operation = operation;
    this.#about = about;
    this.#engine = engine;
    this.hidesSocket = hidesSocket;
  }

  get bodyBytesMax(): number {
    return this.#engine.settings.answerBytesMax;
  }

  finish(answer: KeptResponse): Awaitable<KeptResponse> {
    const operation = this.#operation;
    if (this.#isCutOff()) operation.cutOff();
    else if (operation.isRunning) setImmediate(cutOffWhileRunning, operation);
    return this.#engine.finish(operation, answer, this.#about);
  }

  abandon(): Promise<void> {
    return this.#operation.abandon();
  }

  #isCutOff(): boolean {
    const exchange = this.#exchange;
    return (
      wasTimedOut(exchange.response.req) ||
      exchange.hasTimedOut?.() === true ||
      (this.#operation.isRunning && exchange.isOthersAnswer?.() === true)
    );
  }
}

/** A handler normally ends with its answer. If it is still running, a timeout most likely answered for it. */
function cutOffWhileRunning(operation: Operation): void {
  if (operation.isRunning) operation.cutOff();
}

/** Whether `connect-timeout` has answered. It answers for a handler, but cannot stop it. */
function wasTimedOut(request: IncomingMessage & { readonly timedout?: unknown }): boolean {
  return request.timedout === true;
}
