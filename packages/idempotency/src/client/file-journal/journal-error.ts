/**
 * Why a file journal does not work.
 *
 * - `journal_in_use`: another process, or another journal of this one, has the file open.
 * - `journal_corrupt`: the file is no journal, or a line in the middle of it cannot be read.
 * - `journal_full`: what is pending takes `bytesMax`.
 * - `journal_unwritable`: the file or its lock cannot be opened or written; the next `begin` tries anew.
 * - `journal_closed`: `close()` was called.
 */
export type JournalErrorCode =
  | 'journal_in_use'
  | 'journal_corrupt'
  | 'journal_full'
  | 'journal_unwritable'
  | 'journal_closed';

/** A file journal cannot be opened or written; `code` says why, `cause` what the system said. */
export class JournalError extends Error {
  readonly code: JournalErrorCode;

  constructor(code: JournalErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'JournalError';
    this.code = code;
  }
}
