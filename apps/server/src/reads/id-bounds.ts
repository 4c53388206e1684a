/**
 * An id that is not above any given to what was recorded from a moment on: the time in an id is never before the
 * time at which its thing was recorded (it is later while the clock is set back, see `IdSource`).
 */
export function idAtMs(timeMs: number): string {
  const digits = Math.max(0, timeMs).toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}-0000-0000-000000000000`;
}

/** An id that is above every other. */
export const lastOfIds = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
