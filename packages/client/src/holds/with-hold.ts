import { type FetchClock, newUuidV7, type RandomSource } from '@billonce/idempotency/client';
import { BillonceError } from '../billonce-error.ts';
import type { HoldMade, HoldRequest } from '../contract/types.ts';
import type { Used } from '../quantity.ts';
import type { Recorder } from '../recorder/recorder-options.ts';
import { type Billing, captureWork } from './capture-work.ts';
import { type Holds, isExtended, isNew, releaseQuietly, reserve } from './reserve.ts';

/**
 * What the work took, and its result: `requests`, or a `quantity` as a decimal string. 0 releases the hold, and nothing
 * is billed.
 */
export type HeldWork<Result> = Used & { readonly result: Result };

/** Options of `withHold`. */
export interface WithHoldOptions {
  /**
   * Takes the usage if the capture gets no answer, under the same usage id, so that it is billed once. Usage that the
   * server refuses goes to its `onRefused`.
   */
  readonly recorder?: Pick<Recorder, 'add'> | undefined;
  /** Ends the call before the work begins. Work that has begun reads the signal itself: it is captured if it returns, and released if it throws. */
  readonly signal?: AbortSignal | undefined;
  /** how long each call to reserve may take with all its attempts, in milliseconds; without it, the deadline of the client */
  readonly reserveMs?: number | undefined;
}

/** What `withHold` needs of its client. */
interface Surroundings extends Billing {
  readonly clock: FetchClock;
  readonly random: RandomSource;
}

const expiresInMsDefault = 600_000;
/** A hold that reserves for a shorter time is extended by this. */
const extensionMsMin = 1_000;

/** Runs work under a hold, as `Billonce.withHold` describes. */
export async function withHold<Result>(
  { clock, random, ...billing }: Surroundings,
  request: HoldRequest,
  work: (hold: HoldMade) => Promise<HeldWork<Result>>,
  { recorder, signal, reserveMs }: WithHoldOptions,
): Promise<Result> {
  const { holds } = billing;
  const { id: usageId = newUuidV7(clock, random), expiresInMs = expiresInMsDefault } = request;
  const reserving = {
    ...(signal === undefined ? {} : { signal }),
    ...(reserveMs === undefined ? {} : { deadlineMs: reserveMs }),
  };
  const hold = await reserve(holds, { ...request, id: usageId, expiresInMs }, reserving).catch(
    async (error: unknown) => {
      // The hold may exist. It is released only under a generated id: another process, or the next call, may use an id
      // of the caller.
      if (request.id === undefined && isUnknown(error)) await releaseQuietly(holds, usageId);
      throw error;
    },
  );
  if (signal?.aborted === true) {
    if (isNew(hold)) await releaseQuietly(holds, hold.id);
    signal.throwIfAborted();
  }
  const { result, ...used } = await workUnderHold({ holds, clock, hold, expiresInMs }, work);
  if (isZero(used)) await releaseQuietly(holds, hold.id);
  else await captureWork(billing, { hold, usageId, used, result }, recorder);
  return result;
}

/** Whether nothing is to be billed. An invalid quantity does not count as nothing: its capture reports the error. */
function isZero({ requests, quantity }: Used): boolean {
  return quantity === undefined ? requests === 0 : /^0+(?:\.0*)?$/.test(quantity);
}

/** Whether a failed call may have taken effect. `rate_limited` says nothing about an earlier attempt. */
function isUnknown(error: unknown): boolean {
  if (!(error instanceof BillonceError) || error.status === undefined) return true;
  return error.status >= 500 || error.code === 'rate_limited';
}

interface Held {
  readonly holds: Holds;
  readonly clock: FetchClock;
  readonly hold: HoldMade;
  readonly expiresInMs: number;
}

async function workUnderHold<Result>(
  held: Held,
  work: (hold: HoldMade) => Promise<HeldWork<Result>>,
): Promise<HeldWork<Result>> {
  const over = new AbortController();
  const extending = extend(held, over.signal);
  try {
    return await work(held.hold);
  } catch (error) {
    await releaseQuietly(held.holds, held.hold.id);
    throw error;
  } finally {
    over.abort();
    await extending;
  }
}

/** Extends a hold when half of its time is over, until the work has ended. */
async function extend({ holds, clock, hold, expiresInMs }: Held, over: AbortSignal): Promise<void> {
  const extensionMs = Math.max(extensionMsMin, expiresInMs);
  let waitMs = expiresInMs / 2;
  for (;;) {
    await clock.sleep(waitMs, over);
    if (over.aborted) return;
    waitMs = extensionMs / 2;
    try {
      if (!(await isExtended(holds, hold.id, extensionMs, { signal: over }))) return;
    } catch {
      // A hold that lapses reserves nothing, and can still be captured.
    }
  }
}
