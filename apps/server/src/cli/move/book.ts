import type { SourceService, SourceTotal } from './agentpay.ts';

/** What one caller of AgentPay has there: callers without a key share one, and each key has another. */
export interface Book {
  /** in messages */
  readonly name: string;
  /** what the identities of its usage are made of: `public`, or a digest of the key */
  readonly id: string;
  /** that it belongs to here */
  readonly tenant: string;
  readonly services: readonly SourceService[];
  readonly totals: readonly SourceTotal[];
}

/** What every step of a move works with. */
export interface MoveWish {
  /** begins the identities; one for each AgentPay */
  readonly source: string;
  readonly batchItems: number;
  readonly isDryRun: boolean;
}
