import type { IdempotentRequest } from '../idempotent-request.ts';
import type { Operation } from '../operation.ts';
import type { EngineSettings } from '../options.ts';

/** The place of a protection among all protections of one request. */
export interface Nesting {
  /** 0, or the number of protections around it whose comparison differs: it has separate records */
  readonly level: number;
  /** whether requests are compared by options of the application */
  readonly comparesItself: boolean;
  /** the digest of the request, if an outer protection that compares in the same way has computed it */
  readonly fingerprint: string | undefined;
}

type Comparing = Pick<EngineSettings, 'compareHeaders' | 'ignoreMembers'>;

/**
 * Whether a protection compares requests like the outer one, without any option of the application. Both can then share
 * a record. Two different fingerprints in one record would make each retry a conflict.
 *
 * @param hasFunction whether the application gave it `fingerprintBody`
 */
export function comparesLike(outer: Operation, settings: Comparing, hasFunction: boolean): boolean {
  return !outer.comparesItself && !isSpecial(settings, hasFunction);
}

/** The place of the protection that handles a request. */
export function nestingOf(
  { outer, hasFunction = false }: Pick<IdempotentRequest, 'outer' | 'hasFunction'>,
  settings: Comparing,
): Nesting {
  const comparesItself = isSpecial(settings, hasFunction);
  if (outer === undefined) return { level: 0, comparesItself, fingerprint: undefined };
  return comparesLike(outer, settings, hasFunction)
    ? { level: outer.level, comparesItself, fingerprint: outer.fingerprint }
    : { level: outer.level + 1, comparesItself, fingerprint: undefined };
}

function isSpecial({ compareHeaders, ignoreMembers }: Comparing, hasFunction: boolean): boolean {
  return hasFunction || compareHeaders.length > 0 || ignoreMembers.length > 0;
}
