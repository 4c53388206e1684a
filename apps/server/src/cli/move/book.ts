import type { SourceService, SourceTotal } from './agentpay.ts';

/** The data of one caller of AgentPay: callers without a key share one book, and each key has another. */
export interface Book {
  /** in messages */
  readonly name: string;
  /** the identities of its usage are derived from this: `public`, or a digest of the key */
  readonly id: string;
  /** the tenant that it belongs to here */
  readonly tenant: string;
  readonly services: readonly SourceService[];
  readonly totals: readonly SourceTotal[];
}

/** The settings that every step of a move uses. */
export interface MoveWish {
  /** the prefix of the identities; one for each AgentPay */
  readonly source: string;
  readonly batchItems: number;
  readonly isDryRun: boolean;
}
