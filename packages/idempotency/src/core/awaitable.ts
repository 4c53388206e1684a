import type { Awaitable } from './store.ts';

/**
 * Continues with a value immediately, or when its promise resolves, so that a store in memory costs no turn of the
 * event loop.
 */
export function andThen<T, U>(value: Awaitable<T>, next: (value: T) => Awaitable<U>): Awaitable<U> {
  return isPromise(value) ? value.then(next) : next(value);
}

/** Whether a value is a promise. */
export function isPromise<T>(value: Awaitable<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
