import type { Amount } from './amount.ts';
import type { HeldPart } from './balance-moves.ts';
import type { HeldCount } from './held-count.ts';

/** `open`: it reserves. It ends once: it was captured or released, or it lapsed; one that lapsed can still be captured. */
export const holdStates = ['open', 'captured', 'released', 'lapsed'] as const;
export type HoldState = (typeof holdStates)[number];

/** A reservation before the work. */
export interface Hold {
  /** the caller's name for it, unique in its tenant, or an id of this server */
  readonly id: string;
  /** its place in the order of its tenant's holds */
  readonly place: string;
  readonly agent: string;
  readonly serviceId: string;
  readonly asset: string;
  /** what it reserves, or would reserve if the agent were prepaid */
  readonly amount: Amount;
  /** the requests that it was made for; `undefined` if it names only an amount */
  readonly requests: number | undefined;
  /** decimal places of the units that its requests count */
  readonly unitScale: number;
  /** whether it reserves a part of the balance: the agent was prepaid when it was made */
  readonly isPrepaid: boolean;
  /** what it reserves of each grant */
  readonly parts: readonly HeldPart[];
  /** what it counts for limits; `undefined` if no limit applied when it was made */
  readonly counted: HeldCount | undefined;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  readonly state: HoldState;
  /** when it was captured or released, or lapsed; `undefined` while it is open */
  readonly endedAtMs: number | undefined;
  /** whether it had lapsed when it was captured */
  readonly wasLapsed: boolean;
  /** the usage that captured it */
  readonly entryId: string | undefined;
  /** what the usage cost that captured it */
  readonly captured: Amount | undefined;
}

/** The most open holds of a balance. */
export const holdsOpenMax = 10_000;
/**
 * One commit records at most this many lapsed holds, so that other writes do not wait for more of them. A commit with a
 * bulk records as many as the bulk has items.
 */
export const lapsesPerCommit = 250;
/** The longest time that a hold reserves, from when it was made or extended. */
export const holdMsMax = 7 * 86_400_000;

export function hasLapsed({ state, expiresAtMs }: Hold, nowMs: number): boolean {
  return state === 'open' && expiresAtMs <= nowMs;
}
