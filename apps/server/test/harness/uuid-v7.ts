import { formatUuidV7 } from '@billonce/idempotency/core';

/** A UUIDv7 with a time. `number` distinguishes ids of the same time. */
export function uuidV7At(timeMs: number, number = 0): string {
  return formatUuidV7(timeMs, 0, 0, number.toString(16).padStart(12, '0'));
}
