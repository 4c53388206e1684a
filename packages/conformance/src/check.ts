import type { Verdict } from './judge/verdict.ts';
import type { World } from './world.ts';

/** What a check looks at. Without `--count` a check of `effects` never passes. */
export type Claim = 'answers' | 'effects';

/** One thing that can be observed from outside. */
export interface Check {
  /** stays the same from release to release */
  readonly id: string;
  readonly group: string;
  /** what holds if the check passes */
  readonly sentence: string;
  /** the consequence for the owner of the API if it does not hold */
  readonly harm: string;
  readonly claim: Claim;
  /** the option without which the check is not applicable */
  readonly needs?: string;
  /** the most requests that the check sends, for a number of concurrent duplicates */
  readonly requestsMax: (concurrency: number) => number;
  readonly run: (world: World) => Promise<Verdict>;
}
