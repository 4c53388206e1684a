/**
 * Why a file journal does not work.
 *
 * - `journal_in_use`: another process, or another journal of this one, has the file open.
 * - `journal_corrupt`: the file is not a journal, or a line in its middle cannot be read.
 * - `journal_full`: the pending operations take `bytesMax`.
 * - `journal_unwritable`: the file or its lock cannot be opened or written; the next `begin` tries again.
 * - `journal_closed`: `close()` was called.
 */
export type JournalErrorCode =
  | 'journal_in_use'
  | 'journal_corrupt'
  | 'journal_full'
  | 'journal_unwritable'
  | 'journal_closed';

/** A file journal cannot be opened or written; `code` is the reason, `cause` the error of the system. */
export class JournalError extends Error {
  readonly code: JournalErrorCode;

  constructor(code: JournalErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'JournalError';
    this.code = code;
  }
}
