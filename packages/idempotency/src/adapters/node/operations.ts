import type { Operation } from '../../core/operation.ts';

/** Shared by all copies of this library in a process: an application may have two, which protect the same route. */
const key = Symbol.for('@billonce/idempotency:operation');

/** A request with its operation. A property is faster to read and to collect than an entry of a WeakMap. */
type Executed = object & { [key]?: Operation };

/** Stores the operation under which a request is executed. */
export function setOperation(request: Executed, operation: Operation): void {
  request[key] = operation;
}

/**
 * The operation under which a request is executed: its signal, its fencing token, and the method to complete it inside
 * a transaction. `undefined` for a request without a key, or one that is not protected.
 *
 * @param request the request object of the framework, or of Node
 */
export function operationOf(request: object): Operation | undefined;
export function operationOf(request: Executed): Operation | undefined {
  return request[key];
}
