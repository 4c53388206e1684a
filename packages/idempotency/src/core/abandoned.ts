import type { KeptResponse } from './kept-response.ts';

/** What is known about an operation that began and never ended. */
export interface AbandonedOperation {
  readonly method: string;
  readonly path: string;
  /** the idempotency key as the client sent it; another caller may use the same key */
  readonly key: string;
  /** `Operation.reference` of the first execution */
  readonly reference: string;
  readonly firstSeenAtMs: number;
  readonly fencingToken: number;
  /** the retry, as the framework's request object; its content is the same as that of the first request */
  readonly request: unknown;
}

/**
 * What a retry of an abandoned operation gets: a refusal, another execution, or the answer that the first execution
 * would have given, which the application looked up.
 */
export type AbandonedVerdict = 'refuse' | 'rerun' | KeptResponse;
