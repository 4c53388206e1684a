import type { ReportDelivery } from '../domain/commands/deliveries.ts';
import type { Outcome, Submission } from '../ledger/submission.ts';

/** The dependencies of reports. */
export interface ReportDesk {
  readonly submit: (submission: Submission) => Promise<Outcome>;
  /** Resolves after a time, or immediately when the signal is aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
}

const firstPauseMs = 100;
const pauseMaxMs = 5_000;
/** A report that the books refuse this often is itself at fault: repeating it would keep its place forever. */
const refusedMax = 5;

/**
 * Records the outcome of an attempt to deliver. While the storage is unavailable it retries, because a message whose
 * outcome was not recorded would be sent again.
 *
 * @throws {Error} if the report cannot be recorded, or the server stops before it is
 */
export async function reportDelivery(
  { submit, pause }: ReportDesk,
  tenant: string,
  command: ReportDelivery,
  signal: AbortSignal,
): Promise<{ readonly isSwitchedOff: boolean }> {
  let refused = 0;
  for (let tries = 1; ; tries++) {
    const outcome = await submit({ tenant, key: undefined, command });
    if (outcome.kind === 'answered') return { isSwitchedOff: outcome.isSwitchedOff === true };
    const reason =
      outcome.kind === 'fault' ? `${outcome.code}: ${outcome.facts.message}` : outcome.refusal.code;
    if (outcome.kind === 'refused' || outcome.code === 'internal_error') refused += 1;
    if (refused === refusedMax || signal.aborted) throw new Error(`the outcome was not saved: ${reason}`);
    await pause(Math.min(pauseMaxMs, firstPauseMs * 2 ** (tries - 1)), signal);
  }
}
