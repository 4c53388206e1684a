import { useEffect, useRef, useState } from 'preact/hooks';
import type { Run, Tally } from '../core/run.ts';
import { type Failure, failureOf } from './failure.ts';
import { useSession } from './session.ts';
import { SettleRun } from './settle-run.ts';
import { forgetUnfinishedRun, keepUnfinishedRun, unfinishedRun } from './unfinished-run.ts';

/** How far a run is. */
export type RunState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'looking'; readonly tally: Tally | undefined }
  /** what it would bill could not be read */
  | { readonly kind: 'unread'; readonly failure: Failure }
  /** what it would bill, and what it has billed before */
  | { readonly kind: 'looked'; readonly tally: Tally; readonly billed: Tally }
  | { readonly kind: 'billing'; readonly tally: Tally | undefined; readonly accounts: number | undefined }
  /** by a person, by a failure, or because the page was left */
  | { readonly kind: 'stopped'; readonly tally: Tally | undefined; readonly failure: Failure | undefined }
  /** what this attempt left, and all bills of the run */
  | { readonly kind: 'ended'; readonly tally: Tally; readonly billed: Tally };

/** A run that a person looks at, starts, stops and continues. */
export interface RunOfPage {
  readonly state: RunState;
  readonly look: (run: Run) => void;
  readonly bill: (run: Run) => void;
  readonly stop: () => void;
  /** for another run, of which nothing is known yet */
  readonly reset: () => void;
}

/** Runs in the page: it stops when the page is left, and can be continued. */
export function useSettleRun(onBilled: () => void): RunOfPage {
  const session = useSession();
  const [state, setState] = useState<RunState>(() =>
    unfinishedRun(session.caller) === undefined ? { kind: 'idle' } : stopped(undefined, undefined),
  );
  const controller = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => controller.current?.abort(), []);

  /** @returns the run, and whether it is still the one that the page shows */
  const begin = (run: Run) => {
    controller.current?.abort();
    const mine = new AbortController();
    controller.current = mine;
    const show = (next: RunState) => {
      if (controller.current === mine) setState(next);
    };
    return { run: new SettleRun(session, run, mine.signal), signal: mine.signal, show };
  };

  const look = async (of: Run): Promise<void> => {
    const { run, signal, show } = begin(of);
    show({ kind: 'looking', tally: undefined });
    try {
      const billed = await run.bills();
      const tally = await run.look((seen) => show({ kind: 'looking', tally: seen }));
      show(signal.aborted ? { kind: 'idle' } : { kind: 'looked', tally, billed });
    } catch (error) {
      show(signal.aborted ? { kind: 'idle' } : { kind: 'unread', failure: failureOf(error) });
    }
  };

  const bill = async (of: Run): Promise<void> => {
    const accounts = state.kind === 'looked' ? state.tally.accounts : undefined;
    const { run, signal, show } = begin(of);
    keepUnfinishedRun(session.caller, of);
    let tally: Tally | undefined;
    show({ kind: 'billing', tally, accounts });
    try {
      const made = await run.bill((seen) => {
        tally = seen;
        show({ kind: 'billing', tally, accounts });
      });
      if (signal.aborted) return show(stopped(made, undefined));
      const billed = await run.bills();
      forgetUnfinishedRun();
      show({ kind: 'ended', tally: made, billed });
    } catch (error) {
      show(stopped(tally, signal.aborted ? undefined : failureOf(error)));
    } finally {
      onBilled();
    }
  };

  return {
    state,
    look: (run) => {
      look(run).catch((error: unknown) => setState({ kind: 'unread', failure: failureOf(error) }));
    },
    bill: (run) => {
      bill(run).catch((error: unknown) => setState(stopped(undefined, failureOf(error))));
    },
    stop: () => controller.current?.abort(),
    reset: () => {
      controller.current?.abort();
      controller.current = undefined;
      setState({ kind: 'idle' });
    },
  };
}

function stopped(tally: Tally | undefined, failure: Failure | undefined): RunState {
  return { kind: 'stopped', tally, failure };
}
