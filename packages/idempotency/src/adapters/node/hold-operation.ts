import type { IncomingMessage } from 'node:http';
import type { IdempotencyEngine } from '../../core/engine.ts';
import type { RefusedRequest } from '../../core/idempotent-request.ts';
import type { Operation } from '../../core/operation.ts';
import type { NodeExchange } from './exchange.ts';
import { holdResponse } from './held-response.ts';

const never = () => false;

/**
 * Holds the response of an exchange back until its operation has ended.
 *
 * @param hidesSocket whether the framework checks the socket, besides the response, for a client that is gone
 */
export function holdOperation(
  {
    response,
    isOthersAnswer = never,
    hasTimedOut = never,
  }: Pick<NodeExchange<unknown>, 'response' | 'isOthersAnswer' | 'hasTimedOut'>,
  operation: Operation,
  about: RefusedRequest,
  engine: IdempotencyEngine,
  hidesSocket: boolean,
): void {
  const held = holdResponse(response, {
    finish: (answer) => {
      const isCutOff =
        wasTimedOut(response.req) || hasTimedOut() || (operation.isRunning && isOthersAnswer());
      if (isCutOff) operation.cutOff();
      else if (operation.isRunning) setImmediate(cutOffWhileRunning, operation);
      return engine.finish(operation, answer, about);
    },
    abandon: () => operation.abandon(),
    bodyBytesMax: engine.settings.answerBytesMax,
    hidesSocket,
  });
  operation.onGivingWay(() => held.stepAside());
  operation.onStream(() => held.letThrough());
  const echo = engine.echoOf(operation.key);
  if (echo !== undefined && !response.headersSent) response.setHeader(...echo);
}

/** A handler normally ends with its answer. If it is still running, a timeout most likely answered for it. */
function cutOffWhileRunning(operation: Operation): void {
  if (operation.isRunning) operation.cutOff();
}

/** `connect-timeout` answers for a handler, but cannot stop it. */
function wasTimedOut(request: IncomingMessage & { readonly timedout?: unknown }): boolean {
  return request.timedout === true;
}
