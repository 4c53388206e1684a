/**
 * Whether an error is that of a timeout between the protection and the handler. Such a timeout answers, but does not
 * stop the handler. `TimeoutError` is used by rxjs and `AbortSignal.timeout`; 408 and 504 are the statuses of the
 * frameworks' exceptions.
 */
export function isTimeout(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if ('name' in error && error.name === 'TimeoutError') return true;
  const status = 'status' in error ? error.status : statusByMethod(error);
  return status === 504 || status === 408;
}

function statusByMethod(error: object): unknown {
  if (!('getStatus' in error) || typeof error.getStatus !== 'function') return undefined;
  return Reflect.apply(error.getStatus, error, []);
}
