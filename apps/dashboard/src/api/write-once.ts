import { type Failure, failureOf } from './failure.ts';
import type { Operation } from './operations.ts';
import { forgetWrite, keyOfWrite } from './pending-writes.ts';
import type { Session } from './session.ts';
import type { BodyOf, Parts } from './types.ts';

/** What became of a write. */
export type Sent<N extends Operation> =
  | { readonly kind: 'answered'; readonly answer: BodyOf<N> }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      /** `refused`: not applied for certain; `unknown`: it may have been; `unsent`: nothing is new about the attempt before */
      readonly outcome: 'refused' | 'unknown' | 'unsent';
    };

/**
 * Sends a write under an idempotency key. Until an answer is certain, the same write keeps its key: what is sent again after a
 * failure without an answer is carried out at most once.
 */
export async function writeOnce<N extends Operation>(
  { client, caller }: Pick<Session, 'client' | 'caller'>,
  name: N,
  parts: Parts<N>,
): Promise<Sent<N>> {
  const what = JSON.stringify([name, caller.tenant, caller.keyPrefix, parts]);
  const headers = { ...parts.headers, 'idempotency-key': keyOfWrite(what) };
  try {
    const answer = await client.call(name, { ...parts, headers });
    forgetWrite(what);
    return { kind: 'answered', answer };
  } catch (error) {
    const failure = failureOf(error);
    const outcome = outcomeOf(failure.status);
    // A refusal is not remembered: the next attempt is another operation.
    if (outcome === 'refused') forgetWrite(what);
    return { kind: 'failed', failure, outcome };
  }
}

/** A limit of the rate, or a body that came too slowly, says nothing about an attempt before it that got no answer. */
function outcomeOf(status: number): 'refused' | 'unknown' | 'unsent' {
  if (status < 400 || status >= 500) return 'unknown';
  return status === 408 || status === 429 ? 'unsent' : 'refused';
}
