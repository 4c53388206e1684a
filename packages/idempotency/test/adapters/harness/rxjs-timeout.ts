import { type NestInterceptor, RequestTimeoutException } from '@nestjs/common';
import { catchError, throwError, timeout } from 'rxjs';
import { timeoutMs } from './timeout-ms.ts';

/** The timeout interceptor from Nest's documentation, which does not wait for a handler. */
export const rxjsTimeout: NestInterceptor = {
  intercept: (_context, next) =>
    next.handle().pipe(
      timeout(timeoutMs),
      catchError((_error: unknown) => throwError(() => new RequestTimeoutException())),
    ),
};
