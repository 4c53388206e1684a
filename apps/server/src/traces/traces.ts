import type { WriteTimes } from '../ledger/ledger-parts.ts';

/** A request when its span begins: only its method is known, because it has no route yet. */
export interface RequestHead {
  readonly method: string;
  readonly traceparent: string | undefined;
}

/** The outcome of a request. It contains no URL, key or body. */
export interface RequestEnd {
  /** the route's pattern; `undefined` if no route matched */
  readonly route: string | undefined;
  /** `undefined`: the client left before it was answered */
  readonly status: number | undefined;
  readonly idempotency: string | undefined;
  readonly writeTimes: WriteTimes | undefined;
}

/** An attempt to deliver to a webhook. */
export interface DeliveryAttempt {
  /** on the clock of `performance.now()` */
  readonly startedAtMs: number;
  readonly outcome: string;
  readonly status: number | undefined;
}

/** Where the server's spans are sent. All layers know this interface; only one file knows the implementation. */
export interface Traces {
  /** Begins the span of a request; the returned function ends it. */
  begin(head: RequestHead): (end: RequestEnd) => void;
  delivered(attempt: DeliveryAttempt): void;
  /** Sends the remaining spans, within the time allowed at a stop. */
  close(): Promise<void>;
}
