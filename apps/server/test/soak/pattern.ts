/** What a hostile client knows: the server, and the key of a tenant that is its own. */
export interface Target {
  readonly url: string;
  readonly apiKey: string;
  /** of how many connections and bytes a pattern makes use: 1 in the long version, a small part of it in `npm test` */
  readonly scale: number;
}

/** Something that a hostile client does for as long as it may. */
export interface Pattern {
  readonly name: string;
  /** whether its tenant has entries before it begins */
  readonly needsEntries?: boolean;
  /** whether all that it sends is refused, so that its books stay empty */
  readonly isRefused?: boolean;
  /** whether the output for the log is full meanwhile */
  readonly fillsLog?: boolean;
  /** Goes on until the signal, and then gives back what it holds. What the server answers does not matter to it. */
  attack(target: Target, signal: AbortSignal): Promise<void>;
}

/** So many of something that a pattern makes use of, and at least one. */
export function scaled({ scale }: Target, count: number): number {
  return Math.max(1, Math.ceil(count * scale));
}
