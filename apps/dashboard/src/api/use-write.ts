import { useRef, useState } from 'preact/hooks';
import { type Failure, failureOf } from './failure.ts';
import type { Operation } from './operations.ts';
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
  /** Resolves with what became of it; never while another one is on its way. */
  readonly send: (parts: Parts<N>, onSent?: (sent: Sent<N>) => void) => void;
}

/**
 * Sends a write under an idempotency key. Until an answer is certain, the same write keeps its key: what a person sends
 * again after a failure without an answer is carried out at most once.
 */
export function useWrite<N extends Operation>(name: N): Writing<N> {
  const { client } = useSession();
  const [isWriting, setWriting] = useState(false);
  const [failure, setFailure] = useState<Failure>();
  const pending = useRef<{ readonly what: string; readonly key: string } | undefined>(undefined);
  const isBusy = useRef(false);
  const attempt = async (parts: Parts<N>): Promise<Sent<N>> => {
    const what = JSON.stringify(parts);
    const key = pending.current?.what === what ? pending.current.key : newKey();
    pending.current = { what, key };
    const headers = { ...parts.headers, 'idempotency-key': key };
    try {
      const answer = await client.call(name, { ...parts, headers });
      pending.current = undefined;
      return { kind: 'answered', answer };
    } catch (error) {
      const failed = failureOf(error);
      // Not applied for certain, and a refusal is not remembered: the next attempt is another operation.
      if (isRefusal(failed.status)) pending.current = undefined;
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
  return { isWriting, failure, send };
}

/** A limit of the rate, or a body that came too slowly, says nothing about an attempt before it that got no answer. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** 128 random bits. `crypto.randomUUID` exists only on pages that are served over TLS or from this machine. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `dashboard-${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}
