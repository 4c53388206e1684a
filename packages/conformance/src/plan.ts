import type { Level } from './level.ts';
import type { CountSource } from './oracle/count-source.ts';
import type { ProfileName } from './profile.ts';
import type { Field } from './wire/call.ts';

/** A run as the user asked for it. */
export interface Plan {
  readonly url: URL;
  /** hosts besides this machine that requests may be sent to; a run with any other host is refused */
  readonly allowedHosts: readonly string[];
  /** another instance of the same API */
  readonly second: URL | undefined;
  readonly profile: ProfileName;
  /** the header of the key, if it is another one than that of the profile */
  readonly keyHeader: string | undefined;
  readonly isKeyRequired: boolean;
  readonly method: string;
  readonly headers: readonly Field[];
  readonly body: Buffer;
  /** the member that is changed for another request; the first number or text of the body if there is none */
  readonly vary: readonly string[] | undefined;
  /** the credentials of another caller */
  readonly otherCaller: readonly Field[];
  /** a payment: the request without it is answered with 402 */
  readonly payment: readonly Field[];
  /** prints the value of the payment header for each new key */
  readonly paymentCommand: string | undefined;
  /** a body that the API refuses with 4xx */
  readonly badBody: Buffer | undefined;
  /** a body for which the API fails with 5xx */
  readonly failingBody: Buffer | undefined;
  readonly count: CountSource | undefined;
  /** headers of the request that counts; `headers` are sent with it only if it goes to the origin of the API */
  readonly countHeaders: readonly Field[];
  /** starts the API, so that it can be stopped and killed */
  readonly start: string | undefined;
  /** how long the API keeps an answer */
  readonly expiresAfterMs: number | undefined;
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly failOn: Level;
  readonly seed: string;
  readonly limits: Limits;
}

/** The bounds of a run. */
export interface Limits {
  /** duplicates that are sent at once */
  readonly concurrency: number;
  readonly perSecond: number;
  readonly requestsMax: number;
  /** for one answer */
  readonly timeoutMs: number;
  /** for a key whose first request has not ended */
  readonly patienceMs: number;
  readonly settleMs: number;
}

/** The default bounds. */
export const defaultLimits: Limits = {
  concurrency: 10,
  perSecond: 20,
  requestsMax: 1_000,
  timeoutMs: 10_000,
  patienceMs: 15_000,
  settleMs: 150,
};
