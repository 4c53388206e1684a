/**
 * Answers below 500 that mean the operation has not begun: the same request succeeds later, after a login, a payment or
 * a pause. A stored 402 would be replayed to a client that has paid.
 */
const nothingDone: ReadonlySet<number> = new Set([401, 402, 403, 408, 413, 415, 421, 425, 429]);

/** Whether an answer is stored if the options do not decide it. */
export function isStoredByDefault({ status }: { readonly status: number }): boolean {
  return status < 500 && !nothingDone.has(status);
}
