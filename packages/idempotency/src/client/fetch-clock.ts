/** Time for the client, as a port: a test passes its own. */
export interface FetchClock {
  /** milliseconds since the epoch */
  nowMs(): number;
  /** Resolves after `delayMs`, or as soon as the signal is aborted. Does not reject. */
  sleep(delayMs: number, signal: AbortSignal | undefined): Promise<void>;
}

/** The clock of the machine. A sleep keeps the process alive, because a caller waits for the answer. */
export const systemFetchClock: FetchClock = {
  nowMs: () => Date.now(),
  async sleep(delayMs, signal) {
    if (signal?.aborted === true) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    const timer = setTimeout(wake, delayMs);
    signal?.addEventListener('abort', wake);
    await promise;
    clearTimeout(timer);
    signal?.removeEventListener('abort', wake);
  },
};
