import { setTimeout as sleep } from 'node:timers/promises';

const untilMs = 20_000;

/** Waits until a condition is true. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const endMs = performance.now() + untilMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`it is still not so after ${untilMs} ms: ${isSo}`);
    await sleep(5);
  }
}
