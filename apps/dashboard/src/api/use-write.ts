import { useRef, useState } from 'preact/hooks';
import { type Failure, failureOf } from './failure.ts';
import type { Operation } from './operations.ts';
import { forgetWrite, keyOfWrite } from './pending-writes.ts';
import { useSession } from './session.ts';
import type { BodyOf, Parts } from './types.ts';

/** What became of a write. */
export type Sent<N extends Operation> =
  | { readonly kind: 'answered'; readonly answer: BodyOf<N> }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** A write that a person asks for. */
export interface Writing<N extends Operation> {
  readonly isWriting: boolean;
  readonly failure: Failure | undefined;
  /** Whether the last attempt may have been carried out: the same write has to be sent again to know. */
  readonly isUncertain: boolean;
  /** Resolves with what became of it; never while another one is on its way. */
  readonly send: (parts: Parts<N>, onSent?: (sent: Sent<N>) => void) => void;
}

/**
 * Sends a write under an idempotency key. Until an answer is certain, the same write keeps its key: what a person sends
 * again after a failure without an answer is carried out at most once.
 */
export function useWrite<N extends Operation>(name: N): Writing<N> {
  const { client, caller } = useSession();
  const [isWriting, setWriting] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const [isUncertain, setUncertain] = useState(false);
  const isBusy = useRef(false);
  const attempt = async (parts: Parts<N>): Promise<Sent<N>> => {
    const what = JSON.stringify([name, caller.tenant, caller.keyPrefix, parts]);
    const headers = { ...parts.headers, 'idempotency-key': keyOfWrite(what) };
    try {
      const answer = await client.call(name, { ...parts, headers });
      forgetWrite(what);
      setUncertain(false);
      return { kind: 'answered', answer };
    } catch (error) {
      const failed = failureOf(error);
      // Not applied for certain, and a refusal is not remembered: the next attempt is another operation.
      if (isRefusal(failed.status)) {
        forgetWrite(what);
        setUncertain(false);
      } else if (failed.status < 400 || failed.status >= 500) setUncertain(true);
      return { kind: 'failed', failure: failed };
    }
  };
  const send: Writing<N>['send'] = (parts, onSent) => {
    if (isBusy.current) return;
    isBusy.current = true;
    setWriting(true);
    setFailure(undefined);
    attempt(parts)
      .then((sent) => {
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

/** A limit of the rate, or a body that came too slowly, says nothing about an attempt before it that got no answer. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}
