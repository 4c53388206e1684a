/** The facts that a hostile client knows: the server, and the key of one tenant. */
export interface Target {
  readonly url: string;
  readonly apiKey: string;
  /** the share of connections and bytes that a pattern uses: 1 in the long version, a small part in `npm test` */
  readonly scale: number;
}

/** Something that a hostile client does continuously. */
export interface Pattern {
  readonly name: string;
  /** whether its tenant has entries before it begins */
  readonly needsEntries?: boolean;
  /** whether everything it sends is refused, so that its books remain empty */
  readonly isRefused?: boolean;
  /** whether the log output is full during the attack */
  readonly fillsLog?: boolean;
  /** Runs until the signal, and then releases what it holds. It ignores the server's answers. */
  attack(target: Target, signal: AbortSignal): Promise<void>;
}

/** The scaled number of something that a pattern uses; at least one. */
export function scaled({ scale }: Target, count: number): number {
  return Math.max(1, Math.ceil(count * scale));
}
