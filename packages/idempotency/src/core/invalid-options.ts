/** A mistake in the options. Thrown when the options are given, never during a request. `faults` lists every mistake. */
export class InvalidOptionsError extends Error {
  readonly code = 'invalid_options';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`the options of @billonce/idempotency are not valid: ${faults.join('; ')}`);
    this.name = 'InvalidOptionsError';
    this.faults = faults;
  }
}
