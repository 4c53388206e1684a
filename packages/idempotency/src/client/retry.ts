/** The argument of `onRetry`: the attempt that failed, and the wait before the next one. */
export interface Retry {
  /** how many requests the call has sent so far: 1 or more */
  readonly attempts: number;
  /** how long the client waits now, in milliseconds */
  readonly waitMs: number;
  /** `undefined` for a request without a key */
  readonly idempotencyKey: string | undefined;
  /** the answer of the attempt; `undefined` if there was none */
  readonly answer: RetriedAnswer | undefined;
  /** why the attempt got no answer; `undefined` if there is an `answer` */
  readonly error: unknown;
}

/** An answer after which the client sends the request again. */
export interface RetriedAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** the body, or the beginning of a long one: its first 64 KiB, or `answerBytesMax` bytes if that is more */
  readonly body: Uint8Array;
}
