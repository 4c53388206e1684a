/** Counts effects without asking the API whether it executed something: a balance, a number of rows, a total. */
export interface Oracle {
  /** what is counted, for reports */
  readonly description: string;
  /** @throws {Error} if there is no whole number to read */
  readonly count: () => Promise<bigint>;
}

/** Where effects are counted. */
export type CountSource =
  | { readonly kind: 'url'; readonly url: URL }
  | { readonly kind: 'sql'; readonly statement: string; readonly database: string }
  | { readonly kind: 'command'; readonly command: string };
