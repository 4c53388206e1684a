import type { Random } from '../harness/seeded-random.ts';
import type { Pool } from './pool.ts';
import type { FuzzRequest } from './request.ts';

/** A request with one change. */
export interface Mutated {
  readonly what: string;
  readonly request: FuzzRequest;
  /**
   * the statuses with which the server must answer the change; absent if the parts of the request determine them
   * (`faults.ts`). 'any': any documented status.
   */
  readonly statuses?: readonly number[] | 'any';
}

export interface MutationTools {
  readonly random: Random;
  readonly pool: Pool;
  /** fixed segments of the documented paths, with which a parameter could be confused */
  readonly fixedSegments: readonly string[];
}

/** Changes one thing in a request. Returns `undefined` if the request has nothing of this kind. */
export type Mutate = (request: FuzzRequest, tools: MutationTools) => Mutated | undefined;
