import type { OperationName } from '@billonce/contract';
import type { Config } from '../config.ts';
import type { WritePath } from '../ledger/ledger-lanes.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Books } from '../reads/books.ts';
import type { Traces } from '../traces/traces.ts';
import { ApiError } from './api-error.ts';
import type { Call } from './router.ts';
import type { WriteDesk } from './write.ts';

/** What the routes work with. */
export interface Desk {
  readonly writes: WriteDesk;
  readonly ledger: WritePath;
  readonly books: Books;
  readonly metrics: Metrics;
  /** `undefined`: nothing is traced */
  readonly traces: Traces | undefined;
  readonly config: Config;
  readonly version: string;
  readonly nowMs: () => number;
  /** draws the secret part of a new API key: 32 hexadecimal digits */
  readonly drawSecret: () => string;
}

/** The tenant of a call; the router let none of the tenant's operations through without one. */
export function tenantOf<N extends OperationName>({ caller }: Call<N>): string {
  if (caller.tenant === undefined) throw new ApiError('forbidden', 'this call names no tenant');
  return caller.tenant;
}
