import type { KeptResponse } from './kept-response.ts';

/** What is known of an operation that was begun and never ended. */
export interface AbandonedOperation {
  readonly method: string;
  readonly path: string;
  /** the idempotency key, as the client sent it: another caller may use the same one */
  readonly key: string;
  /** `Operation.reference` of the first execution */
  readonly reference: string;
  readonly firstSeenAtMs: number;
  readonly fencingToken: number;
  /** the retry, as the framework has it: the request is the same */
  readonly request: unknown;
}

/**
 * What a retry of an abandoned operation gets: a refusal, another execution, or the answer that the first one would
 * have got, found out by looking.
 */
export type AbandonedVerdict = 'refuse' | 'rerun' | KeptResponse;
