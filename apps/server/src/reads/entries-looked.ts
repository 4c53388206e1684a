import type { Entry } from '../domain/usage.ts';

/** Which entries are looked for, among the next ones behind an id. */
export interface LookWanted {
  readonly tenant: string;
  readonly agent: string | undefined;
  readonly serviceId: string | undefined;
  readonly occurredFromNs: bigint | undefined;
  readonly occurredToNs: bigint | undefined;
  readonly afterId: string;
  /** the most entries that are looked at */
  readonly lookMax: number;
}

/** What a look found. */
export interface EntriesLooked {
  readonly entries: readonly Entry[];
  /** how many were looked at */
  readonly looked: number;
  /** through which id none is left that is wanted; `undefined` when nothing came in behind where the look began */
  readonly lastId: string | undefined;
}

/** What a look for an agent or a service without accounts finds: a follower need not look through these entries again. */
export function nothingUpTo(lastId: string | undefined, { afterId }: LookWanted): EntriesLooked {
  const isAhead = lastId !== undefined && lastId > afterId;
  return { entries: [], looked: 0, lastId: isAhead ? lastId : undefined };
}
