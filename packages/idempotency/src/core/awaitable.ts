import type { Awaitable } from './store.ts';

/** Goes on with a value at once, or when its promise is kept: a store in memory then costs no turn of the event loop. */
export function andThen<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return isPromise(value) ? value.then(next) : next(value);
}

/** Whether a value is still to come. */
export function isPromise<T>(value: Awaitable<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
