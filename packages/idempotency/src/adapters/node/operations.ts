import type { Operation } from '../../core/operation.ts';

const key = Symbol('operation');

/** A request under its operation. A property is read and collected faster than an entry of a WeakMap. */
type Executed = object & { [key]?: Operation };

/** Remembers the operation under which a request is executed. */
export function setOperation(request: Executed, operation: Operation): void {
  request[key] = operation;
}

/**
 * The operation under which a request is executed: its signal, its fencing token, and the way to complete it inside
 * a transaction. `undefined` for a request without a key, or one that is not protected.
 *
 * @param request the request of the framework, or the one of Node
 */
export function operationOf(request: object): Operation | undefined;
export function operationOf(request: Executed): Operation | undefined {
  return request[key];
}
