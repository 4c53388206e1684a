/** What a journal keeps about an operation until its answer is known. */
export interface JournalEntry {
  /** the idempotency key of every attempt */
  readonly key: string;
  readonly method: string;
  readonly url: string;
  /** SHA-256 of the body, as 64 hexadecimal digits */
  readonly bodyDigest: string;
  /** when the operation began, in milliseconds since the epoch */
  readonly begunAtMs: number;
}

/** An operation that began and has not ended. */
export interface PendingOperation extends JournalEntry {
  /** its name in the program */
  readonly operation: string;
}

/** Remembers the keys of operations across restarts of the client: `fileJournal`, or your own. */
export interface Journal {
  /**
   * Keeps the entry, unless the operation already has one, and returns the valid entry. Resolves when the entry is on
   * disk and survives a crash. Rejects if it cannot be kept; then nothing is sent.
   */
  begin(operation: string, entry: JournalEntry): Promise<JournalEntry>;
  /**
   * Forgets the operation if it still has this key. Losing this in a crash is safe: the operation is sent again with
   * the same key and replayed.
   */
  end(operation: string, key: string): Promise<void>;
  /** The operations that have not ended, oldest first: a restarted program resumes them. */
  pending(): Promise<readonly PendingOperation[]>;
}
