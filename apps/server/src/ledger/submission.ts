import type { KeptResponse } from '@billonce/idempotency/core';
import type { Actor } from '../domain/act.ts';
import type { Command } from '../domain/command.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { SparedUsage } from '../domain/spared.ts';
import type { FaultFacts } from '../fault-facts.ts';

/** One request, on its way to be decided. Plain data: it crosses to another thread. */
export interface Submission {
  /** whose books it concerns */
  readonly tenant: string;
  readonly command: Command;
  readonly key: KeyUse | undefined;
  /** who is behind an administrative command; the server itself without it */
  readonly actor?: Actor | undefined;
}

/** An idempotency key as a request uses it. Only digests: the key itself stays at the edge. */
export interface KeyUse {
  readonly scope: string;
  readonly digest: string;
  /** the time that a UUIDv7 carries */
  readonly madeAtMs: number | undefined;
  readonly fingerprint: string;
  readonly method: string;
  readonly path: string;
  /** a key made from what the caller presented, for an answer that shows a secret: 64 hexadecimal digits */
  readonly sealingKey: string | undefined;
}

/** What became of a submission. */
export type Outcome =
  | {
      readonly kind: 'answered';
      readonly response: KeptResponse;
      readonly replayed: boolean;
      /** usage that came again, and was not billed again */
      readonly spared?: SparedUsage | undefined;
      /** deliveries to webhooks that were committed with each of its events; `undefined` if it made no event */
      readonly deliveriesPerEvent?: number | undefined;
      /** lines of the accounts that it changed, besides one of each */
      readonly lines?: number;
      /** whether the report of a delivery has disabled its webhook */
      readonly isSwitchedOff?: boolean;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | {
      readonly kind: 'fault';
      readonly code: FaultCode;
      readonly facts: FaultFacts;
      /** how much the command touches, when it was weighed with less and so was not carried out */
      readonly touched?: number;
    };

/** Why a submission got no answer: nothing was applied, nobody knows, or it is our fault. */
export type FaultCode =
  | 'storage_unavailable'
  | 'outcome_unknown'
  | 'overloaded'
  | 'shutting_down'
  | 'internal_error';

/** Text that names one record in maps: where a key lives, and its digest. */
export function recordName(tenant: string, key: { readonly scope: string; readonly digest: string }): string {
  return `${tenant} ${key.scope} ${key.digest}`;
}
