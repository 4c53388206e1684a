import type { KeptResponse } from '../kept-response.ts';
import type { LeaseKeeper } from '../lease-keeper.ts';
import type { ExecutionOutcome, IdempotencyEvent } from '../observer.ts';
import type { EngineSettings } from '../options.ts';
import type { Refusal } from '../refusal.ts';
import type { Slot } from '../store.ts';
import type { StoreCalls } from '../store-calls.ts';

/** The parts of the engine that an operation uses. */
export interface OperationContext {
  readonly settings: EngineSettings;
  readonly calls: StoreCalls;
  readonly keeper: LeaseKeeper;
  readonly report: (event: IdempotencyEvent, source: unknown) => void;
  /** called once, when the operation has ended */
  readonly onEnded: (slot: Slot) => void;
}

/** What was claimed, and by which request. */
export interface BegunOperation {
  readonly slot: Slot;
  readonly key: string;
  readonly fencingToken: number;
  readonly fingerprint: string;
  readonly claimedAtMs: number;
  /** the request object of the framework, for observers */
  readonly source: unknown;
  /** whether an abandoned execution was taken over, which may have taken effect */
  readonly takenOver: boolean;
  /** see `Nesting` */
  readonly level: number;
  readonly comparesItself: boolean;
}

/** What must be sent after an operation has ended: an answer, or a refusal if the answer must not be sent. */
export type Ending =
  | { readonly kind: 'send'; readonly response: KeptResponse }
  | { readonly kind: 'refuse'; readonly refusal: Refusal };

/** How an operation ended, and what must be sent. */
export interface DecidedEnd {
  readonly ending: Ending;
  readonly outcome: ExecutionOutcome;
}
