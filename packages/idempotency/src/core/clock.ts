/** Time, as a port: a test passes its own clock, see `ManualClock` in `@billonce/idempotency/testing`. */
export interface Clock {
  /** milliseconds since the epoch */
  nowMs(): number;
  /** Calls back once after a delay. Returns a function that cancels it. Does not keep the process alive. */
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** The clock of the machine. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, delayMs);
    // A browser-like runtime returns a number.
    if (typeof timer === 'object') timer.unref();
    return () => clearTimeout(timer);
  },
};

/** Waits for a delay, or until one of the promises settles. */
export async function waitFor(clock: Clock, delayMs: number, ...others: Promise<unknown>[]): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = clock.setTimer(resolve, delayMs);
  await Promise.race([promise, ...others]);
  cancel();
}
