import type { WriteTimes } from '../ledger/ledger-parts.ts';

/** A request as its span begins: by its method only, until it has a route. */
export interface RequestHead {
  readonly method: string;
  readonly traceparent: string | undefined;
}

/** What became of a request. Nothing in it is a URL, a key or a body. */
export interface RequestEnd {
  /** the route's pattern; `undefined` where no route took it */
  readonly route: string | undefined;
  /** `undefined`: the client was gone before it was answered */
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

/** Where the server's spans go. The rooms know this shape; only one file knows what it speaks to. */
export interface Traces {
  /** Begins the span of a request; what it gives ends it. */
  begin(head: RequestHead): (end: RequestEnd) => void;
  delivered(attempt: DeliveryAttempt): void;
  /** Sends what is left, for as long as that may take at a stop. */
  close(): Promise<void>;
}
