import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { Observable } from 'rxjs';
import type { Operation } from '../../core/operation.ts';
import { isTimeout } from '../node/timeout-error.ts';

/**
 * Passes on the result of a handler, and notices a caller that stops waiting for it. A timeout of rxjs outside the
 * protection unsubscribes; a timeout between the protection and the handler fails. Neither stops the handler.
 */
export function watched(
  handled: Observable<unknown>,
  operation: Operation,
  response: ServerResponse,
): Observable<unknown> {
  return new Observable((subscriber) => {
    let hasEnded = false;
    const subscription = handled.subscribe({
      next: (value) => {
        cutIfFileBreaks(value, response);
        subscriber.next(value);
      },
      error: (error: unknown) => {
        hasEnded = true;
        if (isTimeout(error)) operation.cutOff();
        subscriber.error(error);
      },
      complete: () => {
        hasEnded = true;
        subscriber.complete();
      },
    });
    return () => {
      if (!hasEnded) operation.cutOff();
      subscription.unsubscribe();
    };
  });
}

/**
 * Cuts an answer whose file breaks in the middle. Nest 10 and 11 would end it as if it were whole, and half of a file would be
 * kept. An error before the first byte is left to Nest, which answers it.
 */
function cutIfFileBreaks(value: unknown, response: ServerResponse): void {
  const stream = streamOf(value);
  // Added before Nest's listener, which then finds a destroyed response.
  stream?.once('error', () => {
    if (response.headersSent) response.destroy();
  });
}

/** The stream of a `StreamableFile`, recognized by its shape: an application may have several copies of Nest. */
function streamOf(value: unknown): Readable | undefined {
  if (typeof value !== 'object' || value === null || !('getStream' in value)) return undefined;
  if (typeof value.getStream !== 'function') return undefined;
  const stream: unknown = value.getStream();
  return stream instanceof Readable ? stream : undefined;
}
