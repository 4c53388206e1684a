import type { MemberPath } from '../json-member.ts';
import type { KeptResponse } from '../kept-response.ts';
import type { Refusal } from '../refusal.ts';
import type { RefusalContext } from './rendering.ts';

/** The options that a protocol sets, if the application does not. */
export interface ProfileDefaults {
  readonly methods?: readonly string[];
  readonly requireKey?: boolean;
  readonly echoKey?: boolean;
  readonly keysPer?: 'caller' | 'endpoint';
  readonly keyOf?: { readonly body: string };
  readonly keyLengthMin?: number;
  readonly keyPattern?: RegExp;
  readonly answerTtlMs?: number;
  readonly onClientError?: 'free' | 'keep';
  readonly ignoreMembers?: readonly MemberPath[];
}

/** A dialect: the form of a refusal, and the mark of a replay. */
export interface Profile {
  readonly replayedHeader: string;
  readonly defaults?: ProfileDefaults;
  render(refusal: Refusal, context: RefusalContext): KeptResponse;
  /** marks a replay, in addition to its header */
  markReplay?(kept: KeptResponse): KeptResponse;
}
