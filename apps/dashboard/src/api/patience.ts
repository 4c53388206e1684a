import { type Failure, failureOf } from './failure.ts';

/** How long to wait before what failed is tried again; after the last one it has failed. */
const pausesMs: readonly number[] = [300, 900, 2_700];

/** Whether a failure may be over in a moment: no answer came, or the server could not do it now. */
export function isPassing({ kind, status }: Failure): boolean {
  return kind === 'offline' || status === 408 || status === 429 || status >= 500;
}

/** Tries a read again while its failure may be over in a moment. */
export async function patiently<T>(read: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (const pauseMs of pausesMs) {
    try {
      return await read();
    } catch (error) {
      if (signal.aborted || !isPassing(failureOf(error))) throw error;
      await pause(pauseMs, signal);
    }
  }
  return await read();
}

/** Waits, but not after the signal. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
  });
}
