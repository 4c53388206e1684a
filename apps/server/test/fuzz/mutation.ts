import type { Random } from '../harness/seeded-random.ts';
import type { Pool } from './pool.ts';
import type { FuzzRequest } from './request.ts';

/** A request with one thing changed. */
export interface Mutated {
  readonly what: string;
  readonly request: FuzzRequest;
  /**
   * the statuses with which the change must be answered; absent if the parts of the request show it (`faults.ts`).
   * 'any': any documented status.
   */
  readonly statuses?: readonly number[] | 'any';
}

export interface MutationTools {
  readonly random: Random;
  readonly pool: Pool;
  /** fixed segments of the paths of the document, which a parameter may be taken for */
  readonly fixedSegments: readonly string[];
}

/** Changes one thing about a request; `undefined` when the request has nothing of the kind. */
export type Mutate = (request: FuzzRequest, tools: MutationTools) => Mutated | undefined;
