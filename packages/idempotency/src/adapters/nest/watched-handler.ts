import { Observable } from 'rxjs';
import type { Operation } from '../../core/operation.ts';
import { isTimeout } from '../node/timeout-error.ts';

/**
 * What a handler gives, with an eye on those who do not wait for it. A timeout of rxjs in front of the protection
 * unsubscribes, and one between it and the handler fails; neither stops the handler.
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
