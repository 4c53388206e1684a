import type { HoldMade } from '../contract/types.ts';

/** Work that was done under a hold, and the usage id that names it. */
export interface DoneWork {
  readonly hold: HoldMade;
  readonly usageId: string;
  readonly requests: number;
  readonly result: unknown;
}

/** Work was done under a hold, and is not billed, or not all of it; `cause` is why. */
export class CaptureError extends Error {
  readonly code = 'capture_failed';
  readonly hold: HoldMade;
  /** by which the server recognizes the usage: capturing the hold again with it as `id` bills the work once */
  readonly usageId: string;
  /** what the work took */
  readonly requests: number;
  /** what is billed; `undefined` if it is not known */
  readonly capturedRequests: number | undefined;
  /** what came of the work */
  readonly result: unknown;

  constructor(
    { hold, usageId, requests, result }: DoneWork,
    capturedRequests: number | undefined,
    cause: unknown,
  ) {
    const billed = capturedRequests === undefined ? 'it is not known whether' : `${capturedRequests} of`;
    super(`the hold ${hold.id} was not captured in full: ${billed} ${requests} requests are billed`, {
      cause,
    });
    this.name = 'CaptureError';
    this.hold = hold;
    this.usageId = usageId;
    this.requests = requests;
    this.capturedRequests = capturedRequests;
    this.result = result;
  }
}
