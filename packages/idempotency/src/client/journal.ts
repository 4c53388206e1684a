/** What a journal keeps of an operation while nobody knows its answer. */
export interface JournalEntry {
  /** the idempotency key that every attempt carries */
  readonly key: string;
  readonly method: string;
  readonly url: string;
  /** SHA-256 of the body, as 64 hexadecimal digits */
  readonly bodyDigest: string;
  /** when the operation was begun, in milliseconds since the epoch */
  readonly begunAtMs: number;
}

/** An operation that was begun and has not ended. */
export interface PendingOperation extends JournalEntry {
  /** the name that the program gave it */
  readonly operation: string;
}

/** Remembers the keys of operations over a restart of the client: `fileJournal`, or your own. */
export interface Journal {
  /**
   * Keeps the entry, unless the operation has one already, and gives the entry that holds. Resolves when that is on
   * disk: what is given here survives a crash. Rejects if it cannot be kept; then nothing is sent.
   */
  begin(operation: string, entry: JournalEntry): Promise<JournalEntry>;
  /**
   * Forgets the operation, if it still has this key. To lose this in a crash is safe: the operation is sent again with
   * the same key and replayed.
   */
  end(operation: string, key: string): Promise<void>;
  /** The operations that have not ended, oldest first: what a program that comes back resumes. */
  pending(): Promise<readonly PendingOperation[]>;
}
