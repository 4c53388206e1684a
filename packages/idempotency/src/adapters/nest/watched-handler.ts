import { Observable } from 'rxjs';
import type { Operation } from '../../core/operation.ts';
import { isTimeout } from '../node/timeout-error.ts';

/**
 * The result of a handler, which also notices a caller that does not wait for it. A timeout of rxjs outside the
 * protection unsubscribes; one between it and the handler fails. Neither stops the handler.
 */
export function watched(handled: Observable<unknown>, operation: Operation): Observable<unknown> {
  return new Observable((subscriber) => {
    let hasEnded = false;
    const subscription = handled.subscribe({
      next: (value) => subscriber.next(value),
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
