import { useEffect, useRef, useState } from 'preact/hooks';
import { type Failure, failureOf } from './failure.ts';
import type { Operation } from './operations.ts';
import { useSession } from './session.ts';
import type { BodyOf, Parts } from './types.ts';

/** What a page knows of an answer: what came last stays while it is read again. */
export interface Reading<T> {
  readonly data: T | undefined;
  /** when `data` came */
  readonly atMs: number | undefined;
  readonly failure: Failure | undefined;
  readonly isReading: boolean;
  readonly reload: () => void;
}

interface State<T> {
  readonly what: string;
  readonly data: T | undefined;
  readonly atMs: number | undefined;
  readonly failure: Failure | undefined;
  readonly isReading: boolean;
}

/** How long after a failure without an answer the page tries again. */
const againAfterMs = 5_000;

/**
 * Reads an operation, and reads it again when its parts change.
 *
 * @param parts `undefined`: nothing is read
 * @param everyMs how often it is read again while the page is visible; without it, once
 */
export function useRead<N extends Operation>(
  name: N,
  parts: Parts<N> | undefined,
  everyMs?: number,
): Reading<BodyOf<N>> {
  const { client } = useSession();
  const what = parts === undefined ? '' : `${name} ${JSON.stringify(parts)}`;
  const [turn, setTurn] = useState(0);
  const [state, setState] = useState<State<BodyOf<N>>>(() => nothing(what));
  const current = useRef(parts);
  current.current = parts;
  useEffect(() => {
    const wanted = current.current;
    if (wanted === undefined) return;
    const controller = new AbortController();
    setState((before) => ({
      ...(before.what === what ? before : nothing<BodyOf<N>>(what)),
      isReading: true,
    }));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = (ms: number | undefined) => {
      if (ms !== undefined) timer = setTimeout(() => setTurn((count) => count + 1), ms);
    };
    client.call(name, wanted, controller.signal).then(
      (data) => {
        setState({ what, data, atMs: Date.now(), failure: undefined, isReading: false });
        next(everyMs);
      },
      (error: unknown) => {
        if (controller.signal.aborted) return;
        const failure = failureOf(error);
        setState((before) => ({ ...before, failure, isReading: false }));
        next(failure.kind === 'offline' ? againAfterMs : everyMs);
      },
    );
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [client, what, turn, everyMs]);
  const shown = state.what === what ? state : nothing<BodyOf<N>>(what);
  return { ...shown, reload: () => setTurn((count) => count + 1) };
}

function nothing<T>(what: string): State<T> {
  return { what, data: undefined, atMs: undefined, failure: undefined, isReading: what !== '' };
}
