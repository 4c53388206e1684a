import type { HoldMade } from '../contract/types.ts';
import { type Used, usedText } from '../quantity.ts';

/** Work that was done under a hold, and the usage id that names it. */
export interface DoneWork {
  readonly hold: HoldMade;
  readonly usageId: string;
  readonly used: Used;
  readonly result: unknown;
}

/** Work was done under a hold, but is not billed, or only a part of it; `cause` is the reason. */
export class CaptureError extends Error {
  readonly code = 'capture_failed';
  readonly hold: HoldMade;
  /** the id by which the server recognizes the usage: capturing the hold again with it as `id` bills the work once */
  readonly usageId: string;
  /** what the work took, if it is counted in requests */
  readonly requests: number | undefined;
  /** what the work took, if it is counted in units with decimal places */
  readonly quantity: string | undefined;
  /** what is billed, in requests; `undefined` if it is not known, and if the work is counted in units */
  readonly capturedRequests: number | undefined;
  /** what is billed, in units; `undefined` if it is not known, and if the work is counted in requests */
  readonly capturedQuantity: string | undefined;
  /** the result of the work */
  readonly result: unknown;

  /** @param captured what is billed; `nothing` if it is nothing, `undefined` if it is not known */
  constructor(
    { hold, usageId, used, result }: DoneWork,
    captured: Used | 'nothing' | undefined,
    cause: unknown,
  ) {
    const isInUnits = used.quantity !== undefined;
    const known: Used | undefined =
      captured === 'nothing' ? (isInUnits ? { quantity: '0' } : { requests: 0 }) : captured;
    const billed = known === undefined ? 'it is not known whether' : `${known.quantity ?? known.requests} of`;
    super(`the hold ${hold.id} was not captured in full: ${billed} ${usedText(used)} are billed`, { cause });
    this.name = 'CaptureError';
    this.hold = hold;
    this.usageId = usageId;
    this.requests = used.requests;
    this.quantity = used.quantity;
    this.capturedRequests = known?.requests;
    this.capturedQuantity = known?.quantity;
    this.result = result;
  }
}
