import { answerOf } from '../answer.ts';
import { BillonceError } from '../billonce-error.ts';
import type { CallOptions } from '../call.ts';
import type { HoldMade, HoldRequest } from '../contract/types.ts';
import type { holdsOf } from '../nouns/holds.ts';

export type Holds = ReturnType<typeof holdsOf>;

/** A request whose name and duration are known. */
export type NamedHoldRequest = HoldRequest & { readonly id: string; readonly expiresInMs: number };

/** How long a call to reserve may take, and what ends it. */
type Reserving = Pick<CallOptions, 'signal' | 'deadlineMs'>;

/** How many holds one name can have: each failed attempt of the work ends one. */
const attemptsMax = 1_000;
/** How long a release may take. If it fails, the hold lapses. */
const releaseMs = 5_000;

/**
 * Reserves under a name. An open hold with it is used again, and reserves for the full time from now on. One that was
 * released, or has lapsed, reserves nothing: the next one is made as `id~2` and so on.
 *
 * @throws {BillonceError} `hold_ended`: a hold with this name was captured, so its work is paid; `limit_exceeded`: too many holds with it have ended
 */
export async function reserve(
  holds: Holds,
  request: NamedHoldRequest,
  options: Reserving = {},
): Promise<HoldMade> {
  for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
    const id = attempt === 1 ? request.id : `${request.id}~${attempt}`;
    const hold = await openHold(holds, { ...request, id }, options);
    if (hold !== undefined) return hold;
  }
  throw new BillonceError('limit_exceeded', `${attemptsMax} holds with the id ${request.id} have ended`);
}

/** `undefined`: the hold with this id has ended without a capture. */
async function openHold(
  holds: Holds,
  request: NamedHoldRequest,
  options: Reserving,
): Promise<HoldMade | undefined> {
  for (;;) {
    const hold = await holds.create(request, options);
    switch (hold.state) {
      case 'captured':
        throw new BillonceError('hold_ended', `the hold ${hold.id} was captured before: its work is paid`);
      case 'released':
      case 'lapsed':
        return undefined;
      case 'open':
        // An older hold may be about to lapse.
        if (isNew(hold)) return hold;
        if (await isExtended(holds, hold.id, request.expiresInMs, options)) return hold;
    }
  }
}

/** Whether this call created the hold, even if the answer came from a request that was sent again. */
export function isNew(hold: HoldMade): boolean {
  return answerOf(hold)?.status === 201;
}

/** Lets a hold reserve for longer; `false` if it has ended. */
export async function isExtended(
  holds: Holds,
  holdId: string,
  expiresInMs: number,
  options: Reserving,
): Promise<boolean> {
  try {
    await holds.extend(holdId, expiresInMs, options);
    return true;
  } catch (error) {
    if (error instanceof BillonceError && error.code === 'hold_ended') return false;
    throw error;
  }
}

/**
 * Releases a hold, and ignores errors. A hold that is not released lapses, and the error must not replace the outcome
 * of the work.
 */
export async function releaseQuietly(holds: Holds, holdId: string): Promise<void> {
  await holds.release(holdId, { deadlineMs: releaseMs }).catch(() => undefined);
}
