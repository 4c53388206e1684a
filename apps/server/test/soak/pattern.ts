/** What a hostile client knows: the server, and the key of a tenant that is its own. */
export interface Target {
  readonly url: string;
  readonly apiKey: string;
}

/** Something that a hostile client does for as long as it may. */
export interface Pattern {
  readonly name: string;
  /** whether it keeps a processor busy for longer than `npm test` may take: only the long version runs it */
  readonly isHeavy?: boolean;
  /** whether its tenant has entries before it begins */
  readonly needsEntries?: boolean;
  /** whether all that it sends is refused, so that its books stay empty */
  readonly isRefused?: boolean;
  /** Goes on until the signal, and then gives back what it holds. What the server answers does not matter to it. */
  attack(target: Target, signal: AbortSignal): Promise<void>;
}
