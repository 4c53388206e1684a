import { type Finding, findingsOf } from './finding.ts';

/** A correct clock cannot show a time from before this program was written. */
const earliestMs = Date.UTC(2026, 0);
/** The largest difference between the clocks of synchronized machines. */
const apartMsMax = 5_000;

/** Whether the clock of this machine can be right, given a moment that is known to have passed. */
export function clockFinding(nowMs: number, passedMs: number, what: string): Finding {
  const { ok, fix, stop } = findingsOf('clock');
  const found = `the clock shows ${new Date(nowMs).toISOString()}`;
  if (nowMs < earliestMs) return stop(found, 'set the clock, and synchronize it with NTP');
  if (nowMs < passedMs - apartMsMax) {
    return fix(
      `${found}, and ${what} was at ${new Date(passedMs).toISOString()}`,
      'set the clock, and synchronize it with NTP: times are wrong until the clock passes that moment',
    );
  }
  return ok(found);
}

/** Whether the clock of this machine and that of a database agree. */
export function apartFinding(nowMs: number, databaseMs: number): Finding {
  const { ok, fix } = findingsOf('clock');
  const apartMs = Math.abs(nowMs - databaseMs);
  return apartMs <= apartMsMax
    ? ok('the clocks of this machine and of the database agree')
    : fix(
        `the clocks of this machine and of the database are ${Math.round(apartMs / 1_000)} s apart`,
        'synchronize both with NTP: the books use the time of the database, and the log uses that of this machine',
      );
}
