import type { Level } from '../level.ts';
import type { KeyPlace } from '../wire/key-place.ts';

/** The clause of a protocol from which a check follows. */
export interface Basis {
  readonly level: Level;
  /** the document and its section */
  readonly clause: string;
}

/** The properties of a protocol that change the checks. */
export interface Profile {
  readonly title: string;
  /** the documents, and when they were read */
  readonly source: string;
  readonly keyPlace: KeyPlace;
  readonly isKeyRequired: boolean;
  /** the text before the UUID of each key */
  readonly keyPrefix: string;
  /** the longest key that must be accepted */
  readonly keyLengthMax: number;
  /** whether a longer key must be refused */
  readonly isLongKeyRefused: boolean;
  /** the header that marks a replay with `true`; `undefined` if the protocol has none */
  readonly marker: string | undefined;
  /** the member of a JSON answer that marks a replay, too; it is not compared */
  readonly markerMember?: string;
  /** the statuses for another request under the same key, and the text that names its error in the answer */
  readonly conflict: { readonly statuses: readonly number[]; readonly form?: RefusalForm };
  /** the statuses for a first request that has not ended */
  readonly inFlightStatuses: readonly number[];
  /** the form of the refusal of a missing key */
  readonly keyRequiredForm?: RefusalForm;
  /** how bodies are compared */
  readonly comparison: 'json' | 'bytes';
  /** whether method, path and query belong to the request that is compared */
  readonly comparesTarget: boolean;
  /** what a key belongs to: with `endpoint` the body alone is compared, and each path has its own keys */
  readonly keysPer: 'caller' | 'endpoint';
  /** whether the quoted and the bare spelling of the same characters may be the same key */
  readonly knowsQuotes: boolean;
  readonly echoesKey: boolean;
  /** whether the key of an answer from 400 to 499 must be free again */
  readonly freesClientErrors: boolean;
  /** whether an answer of 5xx may be replayed */
  readonly keepsServerErrors: boolean;
  readonly basis: Readonly<Record<string, Basis>>;
}

/** What a refusal must look like, besides its status. */
export interface RefusalForm {
  readonly mediaType?: string;
  /** JSON pointers with the value that must be there; `undefined`: any text */
  readonly members?: readonly (readonly [pointer: string, value: string | undefined])[];
  /** a member of problem details or a `Link` header must lead to documentation */
  readonly isDocumented?: boolean;
}

/** One basis for several checks. */
export function basisFor(
  level: Level,
  clause: string,
  ...ids: readonly string[]
): Readonly<Record<string, Basis>> {
  return Object.fromEntries(ids.map((id) => [id, { level, clause }]));
}
