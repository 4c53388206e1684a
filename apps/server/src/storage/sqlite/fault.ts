import { type FaultFacts, factsOf } from '../../fault-facts.ts';
import { StorageFault } from '../../ledger/storage-port.ts';
import { statementOf } from '../statement-of.ts';

/** The step that failed. Only a failed `commit` may have taken effect. */
export type Step = 'open' | 'begin' | 'load' | 'decide' | 'save' | 'commit' | 'sweep' | 'probe' | 'read';

/** Primary result codes of SQLite after which a retry may help. https://sqlite.org/rescode.html */
const transientCodes = new Map([
  [4, { name: 'SQLITE_ABORT', meaning: 'aborted' }],
  [5, { name: 'SQLITE_BUSY', meaning: 'busy' }],
  [6, { name: 'SQLITE_LOCKED', meaning: 'locked' }],
  [7, { name: 'SQLITE_NOMEM', meaning: 'out of memory' }],
  [8, { name: 'SQLITE_READONLY', meaning: 'the file is read-only' }],
  [9, { name: 'SQLITE_INTERRUPT', meaning: 'interrupted' }],
  [10, { name: 'SQLITE_IOERR', meaning: 'I/O error' }],
  [11, { name: 'SQLITE_CORRUPT', meaning: 'the file is damaged' }],
  [13, { name: 'SQLITE_FULL', meaning: 'the disk is full' }],
  [14, { name: 'SQLITE_CANTOPEN', meaning: 'the file cannot be opened' }],
  [15, { name: 'SQLITE_PROTOCOL', meaning: 'locking protocol' }],
  [22, { name: 'SQLITE_NOLFS', meaning: 'the file is too large' }],
  [26, { name: 'SQLITE_NOTADB', meaning: 'not a database' }],
]);

const busy = 5;
const ioError = 10;
/**
 * Read-only (a file that was read-only when it was opened stays so for the connection), I/O error, damaged, not opened,
 * not a database.
 */
const reopeningCodes: ReadonlySet<number> = new Set([8, ioError, 11, 14, 26]);

/**
 * Busy, locked, read-only, full: a commit that fails in this way wrote no complete commit frame. After any other
 * failure the frame may still be in the log, and only reopening the file shows it.
 */
const uncommittedCodes: ReadonlySet<number> = new Set([busy, 6, 8, 13]);

/** Returns whether anything may have been applied before an error of node:sqlite, and whether a retry can help. */
export function storageFault(error: unknown, step: Step): StorageFault {
  if (error instanceof StorageFault) return error;
  const code = primaryCode(error);
  const facts = faultFacts(error, step);
  if (code === undefined || !transientCodes.has(code)) return new StorageFault('rejected', facts, error);
  const isKnown = step !== 'commit' || uncommittedCodes.has(code);
  return new StorageFault(isKnown ? 'unavailable' : 'outcome_unknown', facts, error);
}

/** SQLite's messages name tables, columns and constraints, and no values. */
function faultFacts(error: unknown, step: Step): FaultFacts {
  const statement = statementOf(error);
  const place = { engine: 'sqlite', step, ...(statement === undefined ? {} : { statement }) } as const;
  const code = resultCode(error);
  if (code === undefined || !(error instanceof Error)) return { ...factsOf(error), ...place };
  const { name = 'SQLITE', meaning = undefined } = transientCodes.get(code & 0xff) ?? {};
  const message = meaning === undefined ? error.message : `${meaning}: ${error.message}`;
  return { ...place, code: `${name} (${code})`, message };
}

/** Whether the connection must be abandoned, because SQLite's view of the file cannot be trusted after the error. */
export function needsReopening(error: unknown): boolean {
  const code = primaryCode(error);
  return code !== undefined && reopeningCodes.has(code);
}

/** Whether another connection holds the lock that was asked for. */
export function isBusy(error: unknown): boolean {
  return primaryCode(error) === busy;
}

/** SQLite's result code without its extension; `undefined` if the error is not of SQLite. */
export function primaryCode(error: unknown): number | undefined {
  const code = resultCode(error);
  return code === undefined ? undefined : code & 0xff;
}

/** The extended result code. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number')
    return undefined;
  return error.errcode;
}
