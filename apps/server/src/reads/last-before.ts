/**
 * The last number in (after, through] of what was recorded before a moment, or `after`. Numbers are assigned in the
 * order of time, so about 20 look-ups find the place among a million.
 *
 * @param recordedAtMs when the one with a number was recorded
 */
export async function lastBefore(
  recordedAtMs: (number: number) => Promise<number | undefined>,
  after: number,
  through: number,
  beforeMs: number,
): Promise<number> {
  let [low, high] = [after, through];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const atMs = await recordedAtMs(middle);
    if (atMs !== undefined && atMs < beforeMs) low = middle;
    else high = middle - 1;
  }
  return low;
}
