import type { ErrorCode, Fault } from '@billonce/contract';

/** An error answer on its way to the client. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  /** @param cause for the log only: the client never sees it */
  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, cause?: unknown) {
    super(message, { cause });
    this.name = 'ApiError';
    this.code = code;
    this.details = details;
  }
}

/** The parts of an error answer besides code, message and request id. */
export interface ErrorDetails {
  readonly faults?: readonly Fault[];
  /** further members of the body */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}
