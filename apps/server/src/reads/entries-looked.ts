import type { Entry } from '../domain/usage.ts';

/** Which entries to look for, among the next ones after an id. */
export interface LookWanted {
  readonly tenant: string;
  readonly agent: string | undefined;
  readonly serviceId: string | undefined;
  readonly occurredFromNs: bigint | undefined;
  readonly occurredToNs: bigint | undefined;
  readonly afterId: string;
  /** the most entries that are read */
  readonly lookMax: number;
}

/** The result of a look. */
export interface EntriesLooked {
  readonly entries: readonly Entry[];
  /** how many were read */
  readonly looked: number;
  /** up to this id no other wanted entry exists; `undefined` if nothing was recorded after the start of the look */
  readonly lastId: string | undefined;
}

/**
 * The result of a look for an agent or a service without accounts: a client that follows the list need not scan these
 * entries again.
 */
export function nothingUpTo(lastId: string | undefined, { afterId }: LookWanted): EntriesLooked {
  const isAhead = lastId !== undefined && lastId > afterId;
  return { entries: [], looked: 0, lastId: isAhead ? lastId : undefined };
}
