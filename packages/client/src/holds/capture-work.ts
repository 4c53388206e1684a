import { BillonceError } from '../billonce-error.ts';
import type { usageOf } from '../nouns/usage.ts';
import { isLess, isNothing, quantityParts, sentUse, shareOfUsed, type Used } from '../quantity.ts';
import type { Recorder } from '../recorder/recorder-options.ts';
import { CaptureError, type DoneWork } from './capture-error.ts';
import { type Holds, releaseQuietly } from './reserve.ts';

/** The parts of the client that bill usage. */
export interface Billing {
  readonly holds: Holds;
  readonly usage: Pick<ReturnType<typeof usageOf>, 'record'>;
}

/**
 * Captures what work took. All attempts of the work have one usage id, so it is billed once, no matter which of them
 * captures it.
 *
 * @throws {CaptureError} the work is not billed, or not all of it
 */
export async function captureWork(
  billing: Billing,
  done: DoneWork,
  recorder: Pick<Recorder, 'add'> | undefined,
): Promise<void> {
  const { holds } = billing;
  try {
    // An invalid quantity is not sent: the recorder would keep an item that can never be billed.
    if (done.used.quantity !== undefined) quantityParts(done.used.quantity);
  } catch (error) {
    throw new CaptureError(done, 'nothing', error);
  }
  try {
    await bill(billing, done, done.used);
  } catch (error) {
    const known = error instanceof BillonceError ? error : undefined;
    if (known !== undefined && isTooMuch(known)) {
      throw new CaptureError(done, await billHeld(billing, done, known), known);
    }
    // The usage is recorded under another hold: this one has nothing to pay.
    if (known?.code === 'usage_id_conflict') await releaseQuietly(holds, done.hold.id);
    // Any other error may be temporary, such as a function of the program that finds no API key.
    const isPassing = known === undefined || known.retry === 'same_request';
    if (!isPassing || recorder === undefined) throw new CaptureError(done, undefined, error);
    // The reserved money must be free for the usage that the recorder sends instead. If it was captured after all, it
    // has ended, and the recorder's usage is a duplicate.
    await releaseQuietly(holds, done.hold.id);
    addUsage(recorder, done);
  }
}

/** Captures the hold. If another attempt of the same work has released it, the usage is recorded without it. */
async function bill({ holds, usage }: Billing, { hold, usageId }: DoneWork, used: Used): Promise<void> {
  try {
    await holds.capture(hold.id, { ...sentUse(used), id: usageId });
  } catch (error) {
    if (!(error instanceof BillonceError) || !wasReleased(error)) throw error;
    await usage.record({ agent: hold.agent, serviceId: hold.serviceId, ...sentUse(used), id: usageId });
  }
}

function wasReleased({ code, body }: BillonceError): boolean {
  const hold = body?.['hold'];
  if (code !== 'hold_ended' || typeof hold !== 'object' || hold === null) return false;
  return 'state' in hold && hold.state === 'released';
}

/** Refusals for which less may be captured. */
function isTooMuch({ code }: BillonceError): boolean {
  return code === 'insufficient_balance' || code === 'limit_reached';
}

/** Bills at least what was held, and returns how much is billed, or `undefined` if that is not known. */
async function billHeld(
  billing: Billing,
  done: DoneWork,
  error: BillonceError,
): Promise<Used | 'nothing' | undefined> {
  const held = heldOf(done, error);
  if (held === undefined || isNothing(held) || !isLess(held, done.used)) return 'nothing';
  try {
    await bill(billing, done, held);
    return held;
  } catch (second) {
    return second instanceof BillonceError && isTooMuch(second) ? 'nothing' : undefined;
  }
}

/**
 * The part of the work that the held amount pays for at the current price, or the held usage if the refusal names no
 * price.
 */
function heldOf({ hold, used }: DoneWork, { body }: BillonceError): Used | undefined {
  const required = body?.['required'];
  const whole = typeof required === 'string' ? partsOf(required) : 0n;
  if (whole > 0n) return shareOfUsed(used, { part: partsOf(hold.amount), whole }, hold.quantity);
  if (used.quantity === undefined) return hold.requests === null ? undefined : { requests: hold.requests };
  const quantity = hold.quantity ?? (hold.requests === null ? undefined : String(hold.requests));
  return quantity === undefined ? undefined : { quantity };
}

const decimalPlaces = 18;

/** A decimal number as a whole number of its smallest parts. */
function partsOf(text: string): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.padEnd(decimalPlaces, '0').slice(0, decimalPlaces));
}

function addUsage(recorder: Pick<Recorder, 'add'>, done: DoneWork): void {
  const { agent, serviceId } = done.hold;
  try {
    recorder.add({ agent, serviceId, ...sentUse(done.used), id: done.usageId });
  } catch (error) {
    throw new CaptureError(done, undefined, error);
  }
}
