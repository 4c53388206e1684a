import type { Begun, IdempotentRequest } from '../idempotent-request.ts';
import type { Slot } from '../store.ts';
import type { Nesting } from './nesting.ts';

/** What to do next, or that the store must be asked again. */
export type Step = Begun | { readonly kind: 'again'; readonly takeOver: number | undefined };

/** One claim, and what is known when its result is judged. */
export interface Attempt {
  readonly slot: Slot;
  readonly fingerprint: string;
  readonly nesting: Nesting;
  readonly request: IdempotentRequest;
  /** the time that the key carries, in milliseconds since the epoch */
  readonly keyTimeMs: number | undefined;
  readonly startedAtMs: number;
  readonly takeOver: number | undefined;
}
