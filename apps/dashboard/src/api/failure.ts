/** Why a call has no answer to show. */
export interface Failure {
  /** `offline`: no answer came; `refused`: the server answered with an error */
  readonly kind: 'offline' | 'refused';
  /** the code of the contract; `''` if no answer came */
  readonly code: string;
  readonly status: number;
  readonly message: string;
  readonly requestId: string | undefined;
  /** for the quote that comes with `quote_changed` */
  readonly body: unknown;
}

/** A call that failed. */
export class CallFailed extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** What a page can show of anything that was thrown. */
export function failureOf(error: unknown): Failure {
  if (error instanceof CallFailed) return error.failure;
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'refused', code: 'page_fault', status: 0, message, requestId: undefined, body: undefined };
}
