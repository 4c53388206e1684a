import { useRef, useState } from 'preact/hooks';
import { type Failure, failureOf } from './failure.ts';
import type { Operation } from './operations.ts';
import { useSession } from './session.ts';
import type { Parts } from './types.ts';
import { type Sent, writeOnce } from './write-once.ts';

/** A write that a person asks for. */
export interface Writing<N extends Operation> {
  readonly isWriting: boolean;
  readonly failure: Failure | undefined;
  /** Whether the last attempt may have been carried out: the same write has to be sent again to know. */
  readonly isUncertain: boolean;
  /** Resolves with what became of it; never while another one is on its way. */
  readonly send: (parts: Parts<N>, onSent?: (sent: Sent<N>) => void) => void;
}

/** Sends a write when a person asks for it, at most once ([the key](./write-once.ts) stays until the answer is certain). */
export function useWrite<N extends Operation>(name: N): Writing<N> {
  const session = useSession();
  const [isWriting, setWriting] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const [isUncertain, setUncertain] = useState(false);
  const isBusy = useRef(false);
  const send: Writing<N>['send'] = (parts, onSent) => {
    if (isBusy.current) return;
    isBusy.current = true;
    setWriting(true);
    setFailure(undefined);
    writeOnce(session, name, parts)
      .then((sent) => {
        if (sent.kind === 'answered' || sent.outcome === 'refused') setUncertain(false);
        else if (sent.outcome === 'unknown') setUncertain(true);
        if (sent.kind === 'failed') setFailure(sent.failure);
        onSent?.(sent);
      })
      .finally(() => {
        isBusy.current = false;
        setWriting(false);
      })
      .catch((error: unknown) => setFailure(failureOf(error)));
  };
  return { isWriting, failure, isUncertain, send };
}
