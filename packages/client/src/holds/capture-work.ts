import { BillonceError } from '../billonce-error.ts';
import type { usageOf } from '../nouns/usage.ts';
import type { Recorder } from '../recorder/recorder-options.ts';
import { CaptureError, type DoneWork } from './capture-error.ts';
import { type Holds, releaseQuietly } from './reserve.ts';

/** With what usage is billed. */
export interface Billing {
  readonly holds: Holds;
  readonly usage: Pick<ReturnType<typeof usageOf>, 'record'>;
}

/**
 * Captures what work took. All attempts of the work have one usage id, so it is billed once, whichever of them captures.
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
    await bill(billing, done, done.requests);
  } catch (error) {
    const known = error instanceof BillonceError ? error : undefined;
    if (known !== undefined && isTooMuch(known)) {
      throw new CaptureError(done, await billHeld(billing, done, known), known);
    }
    // The usage is recorded under another hold: this one has nothing to pay.
    if (known?.code === 'usage_id_conflict') await releaseQuietly(holds, done.hold.id);
    // Anything else may pass, such as a function of the program that finds no API key.
    const isPassing = known === undefined || known.retry === 'same_request';
    if (!isPassing || recorder === undefined) throw new CaptureError(done, undefined, error);
    // What the hold reserves must be free for the usage that takes its place. If it was captured after all, it has
    // ended, and the recorder's usage is a duplicate.
    await releaseQuietly(holds, done.hold.id);
    addUsage(recorder, done);
  }
}

/** Captures the hold. If another attempt of the same work has released it, the usage is recorded without it. */
async function bill({ holds, usage }: Billing, { hold, usageId }: DoneWork, requests: number): Promise<void> {
  try {
    await holds.capture(hold.id, { requests, id: usageId });
  } catch (error) {
    if (!(error instanceof BillonceError) || !wasReleased(error)) throw error;
    await usage.record({ agent: hold.agent, serviceId: hold.serviceId, requests, id: usageId });
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
async function billHeld(billing: Billing, done: DoneWork, error: BillonceError): Promise<number | undefined> {
  const { hold, requests } = done;
  const held = shareOf(hold.amount, requests, error) ?? hold.requests ?? 0;
  if (held < 1 || held >= requests) return 0;
  try {
    await bill(billing, done, held);
    return held;
  } catch (second) {
    return second instanceof BillonceError && isTooMuch(second) ? 0 : undefined;
  }
}

/** How many of the requests a held amount pays for at the price of now; `undefined` if the refusal names no price. */
function shareOf(amount: string, requests: number, { body }: BillonceError): number | undefined {
  const required = body?.['required'];
  if (typeof required !== 'string' || partsOf(required) <= 0n) return undefined;
  return Number((BigInt(requests) * partsOf(amount)) / partsOf(required));
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
    recorder.add({ agent, serviceId, requests: done.requests, id: done.usageId });
  } catch (error) {
    throw new CaptureError(done, undefined, error);
  }
}
