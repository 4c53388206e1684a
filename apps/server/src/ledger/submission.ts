import type { KeptResponse } from '@billonce/idempotency/core';
import type { Actor } from '../domain/act.ts';
import type { Command } from '../domain/command.ts';
import type { Refusal } from '../domain/refusal.ts';
import type { SparedUsage } from '../domain/spared.ts';
import type { FaultFacts } from '../fault-facts.ts';

/** One request, before it is decided. Plain data: it crosses to another thread. */
export interface Submission {
  /** the owner of the books that it concerns */
  readonly tenant: string;
  readonly command: Command;
  readonly key: KeyUse | undefined;
  /** the person or key that sent an administrative command; without it, the server itself */
  readonly actor?: Actor | undefined;
}

/** An idempotency key as a request uses it. Only digests: the key itself stays in the HTTP thread. */
export interface KeyUse {
  readonly scope: string;
  readonly digest: string;
  /** the time in a UUIDv7 */
  readonly madeAtMs: number | undefined;
  readonly fingerprint: string;
  readonly method: string;
  readonly path: string;
  /** a key derived from what the caller presented, for an answer that shows a secret: 64 hexadecimal digits */
  readonly sealingKey: string | undefined;
}

/** The outcome of a submission. */
export type Outcome =
  | {
      readonly kind: 'answered';
      readonly response: KeptResponse;
      readonly replayed: boolean;
      /** usage that was sent again, and was not billed again */
      readonly spared?: SparedUsage | undefined;
      /** deliveries to webhooks that were committed with each of its events; `undefined` if it made no event */
      readonly deliveriesPerEvent?: number | undefined;
      /** items of usage that it recorded; `undefined` is none */
      readonly usageRecorded?: number | undefined;
      /** lines of the accounts that it changed, not counting one of each */
      readonly lines?: number;
      /** whether the report of a delivery has disabled its webhook */
      readonly isSwitchedOff?: boolean;
      /** the facts about the record that was made with it; `undefined` if none was */
      readonly remembered?: Remembered | undefined;
    }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | {
      readonly kind: 'fault';
      readonly code: FaultCode;
      readonly facts: FaultFacts;
      /** its real weight, if it was weighed too low and so was not carried out */
      readonly touched?: number;
      /** whether it was not carried out because holds of its agent have lapsed that are recorded first */
      readonly waitsForLapses?: true;
    };

/** The record that an answer was given with, as far as a replay of it depends on it. */
export interface Remembered {
  readonly expiresAtMs: number;
  /** whether the answer may be replayed from memory: it is not sealed, and `spared` is known */
  readonly isReplayable: boolean;
  /** what a replay of it spares its caller, at the price when it was given */
  readonly spared: SparedUsage | undefined;
}

/** Why a submission got no answer: nothing was applied, the outcome is unknown, or the server has a defect. */
export type FaultCode =
  | 'storage_unavailable'
  | 'outcome_unknown'
  | 'overloaded'
  | 'shutting_down'
  | 'internal_error';

/** Text that identifies one record in maps: where a key lives, and its digest. */
export function recordName(tenant: string, key: { readonly scope: string; readonly digest: string }): string {
  return `${tenant} ${key.scope} ${key.digest}`;
}
