import type { Books } from './books.ts';

/**
 * An id that is not above any id of what was recorded from a moment on: the time in an id is never before the time at
 * which its object was recorded. It is later while the clock is behind an earlier reading.
 */
export function idAtMs(timeMs: number): string {
  const digits = Math.min(Math.max(0, timeMs), timeMaxMs).toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}-0000-0000-000000000000`;
}

/** What the 48 bits of an id hold. */
const timeMaxMs = 2 ** 48 - 1;

/** An id above every other. */
export const lastOfIds = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/**
 * An id such that nothing with this id or a greater one was recorded before a moment, because ids were never further
 * ahead of the clock than the books record. Without a moment there is no such id.
 */
export async function endIdOf(books: Books, toMs: number | undefined): Promise<string> {
  if (toMs === undefined) return lastOfIds;
  return idAtMs(toMs + (await books.idsAheadMaxMs()));
}
