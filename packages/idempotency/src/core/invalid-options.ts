/** A mistake in the options; thrown when they are given, never at a request. `faults` names every one. */
export class InvalidOptionsError extends Error {
  readonly code = 'invalid_options';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`the options of @billonce/idempotency are not valid: ${faults.join('; ')}`);
    this.name = 'InvalidOptionsError';
    this.faults = faults;
  }
}
