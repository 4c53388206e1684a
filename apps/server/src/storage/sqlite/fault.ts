import { StorageFault } from '../../ledger/storage-port.ts';

/** Where in a batch's transaction something failed. */
export type FaultPlace = 'before_commit' | 'commit';

/** Primary result codes of SQLite that say: not now. https://sqlite.org/rescode.html */
const transientCodes = new Map([
  [4, 'aborted'],
  [5, 'busy'],
  [6, 'locked'],
  [7, 'out of memory'],
  [8, 'the file is read-only'],
  [9, 'interrupted'],
  [10, 'I/O error'],
  [11, 'the file is damaged'],
  [13, 'the disk is full'],
  [14, 'the file cannot be opened'],
  [15, 'locking protocol'],
  [22, 'the file is too large'],
  [26, 'not a database'],
]);

const busy = 5;
const ioError = 10;
/** Read-only (a file that was so when it was opened stays so for the connection), I/O, damaged, not opened, no database. */
const reopeningCodes: ReadonlySet<number> = new Set([8, ioError, 11, 14, 26]);

/**
 * Busy, locked, read-only, full: a commit that fails so wrote no whole commit frame. After any other failure the
 * frame may be in the log all the same, and only the file can tell, after it was reopened.
 */
const uncommittedCodes: ReadonlySet<number> = new Set([busy, 6, 8, 13]);

/** Says of an error of node:sqlite whether anything may have been applied, and whether a retry can help. */
export function storageFault(error: unknown, place: FaultPlace): StorageFault {
  if (error instanceof StorageFault) return error;
  const code = primaryCode(error);
  const meaning = code === undefined ? undefined : transientCodes.get(code);
  if (meaning === undefined) return new StorageFault('rejected', String(error), error);
  const isKnown = place === 'before_commit' || (code !== undefined && uncommittedCodes.has(code));
  return new StorageFault(isKnown ? 'unavailable' : 'outcome_unknown', meaning, error);
}

/** Whether the connection must be given up: SQLite's own view of the file cannot be trusted after it. */
export function needsReopening(error: unknown): boolean {
  const code = primaryCode(error);
  return code !== undefined && reopeningCodes.has(code);
}

/** Whether another connection holds the lock that was asked for. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === busy;
}

function primaryCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  return error.errcode & 0xff;
}
