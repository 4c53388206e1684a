/** If the gap between two sweeps is longer, the clock jumped or the server was off. */
const gapMaxMs = 3 * 86_400_000;
/** How far a clock is set back by ordinary corrections. */
export const waverMaxMs = 60_000;
/** For how long the clock must have run without such a gap before anything is forgotten. */
export const steadyForMs = 3 * 86_400_000;
/** How long an ended delivery can be read, and requested again. */
export const deliveriesKeptMs = 30 * 86_400_000;

/** What the previous sweep knew of the clock. */
interface SweptClock {
  readonly sweptAtMs: number | undefined;
  readonly steadySinceMs: number | undefined;
}

/** Since when the clock has run plausibly: since now, if it jumped. */
export function steadySinceMs({ sweptAtMs, steadySinceMs: known }: SweptClock, nowMs: number): number {
  if (sweptAtMs === undefined || known === undefined) return nowMs;
  const isSteady = nowMs >= sweptAtMs - waverMaxMs && nowMs - sweptAtMs <= gapMaxMs;
  return isSteady ? known : nowMs;
}

/**
 * The time before which records are forgotten; `undefined` while none may be. The time in a record from before a jump
 * cannot be trusted: the clock may have been years slow. Such a record counts as first seen when the clock became
 * steady.
 */
export function forgottenBeforeMs(
  steadySinceMs: number,
  nowMs: number,
  retentionMs: number,
): number | undefined {
  const beforeMs = nowMs - retentionMs;
  return steadySinceMs < beforeMs ? beforeMs : undefined;
}
