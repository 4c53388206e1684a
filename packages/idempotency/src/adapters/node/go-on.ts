import { isPromise } from '../../core/awaitable.ts';
import type { Awaitable } from '../../core/store.ts';
import type { Protected } from './protection.ts';

/** Continues with a request once it is known that its handler must run; for frameworks with callbacks. */
export function goOn(
  protect: () => Awaitable<Protected>,
  run: (outcome: Protected & { kind: 'run' }) => void,
  failed: (error: Error) => void,
): void {
  let outcome: Awaitable<Protected>;
  try {
    outcome = protect();
  } catch (error) {
    failed(errorOf(error));
    return;
  }
  const proceed = (known: Protected): void => {
    if (known.kind === 'run') run(known);
  };
  if (!isPromise(outcome)) proceed(outcome);
  else outcome.then(proceed).catch((error: unknown) => failed(errorOf(error)));
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
