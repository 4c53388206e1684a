import { type FaultFacts, factsOf, messageOf } from '../../fault-facts.ts';
import { StorageFault } from '../../ledger/storage-port.ts';
import { statementOf } from '../statement-of.ts';

/** The place of a failure in a batch's transaction: before or after its COMMIT was sent. */
export type FaultPlace = 'before_commit' | 'commit';

/** The connection is gone, or did not answer in time: statements under way may or may not have been executed. */
export class ConnectionLost extends Error {
  /** why there is no connection, as text for the operator, without secrets or values of rows */
  readonly sentence: string | undefined;

  constructor(cause: unknown, sentence?: string) {
    super(sentence ?? (cause instanceof Error ? cause.message : String(cause)), { cause });
    this.name = 'ConnectionLost';
    this.sentence = sentence;
  }
}

/** Serialization failure, deadlock, and a row that another transaction inserted first. */
const conflictStates: ReadonlySet<string> = new Set(['40001', '40P01', '23505']);
/**
 * Two sessions that create or drop the same object at once: unique violations of the catalog, and objects that already
 * exist or no longer exist.
 */
const creatorStates: ReadonlySet<string> = new Set(['23505', '42P07', '42710', 'XX000']);
/** Classes of errors that a retry does not fix: data, integrity, the statement itself. */
const rejectedClasses: ReadonlySet<string> = new Set(['21', '22', '23', '42']);

/** The SQLSTATE that the server reported; `undefined` without an answer. https://www.postgresql.org/docs/current/errcodes-appendix.html */
export function sqlState(error: unknown): string | undefined {
  return errorMember(error, 'code', /^[0-9A-Z]{5}$/);
}

/** Whether another transaction came first, so that the batch must be decided again on its result. */
export function isConflict(error: unknown): boolean {
  return conflictStates.has(sqlState(error) ?? '') && isServersError(error);
}

/** Whether a request asked the server to end the statement. */
export function isCancelled(error: unknown): boolean {
  return sqlState(error) === '57014';
}

export function isUniqueViolation(error: unknown): boolean {
  return sqlState(error) === '23505';
}

/** Whether a lock was not granted in time. */
export function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === '55P03';
}

export function isRaceOfCreators(error: unknown): boolean {
  return creatorStates.has(sqlState(error) ?? '');
}

/** Returns whether anything may have been applied before a failure, and whether a retry can help. */
export function storageFault(error: unknown, place: FaultPlace): StorageFault {
  if (error instanceof StorageFault) return error;
  // An ERROR in a transaction ends it: its COMMIT, though sent, is a ROLLBACK. A FATAL one may have come after it.
  if (place === 'commit' && !isServersError(error)) {
    return new StorageFault('outcome_unknown', faultFacts(error, place), error);
  }
  if (error instanceof ConnectionLost)
    return new StorageFault('unavailable', faultFacts(error, place), error);
  const state = sqlState(error);
  const isRejected = state === undefined || rejectedClasses.has(state.slice(0, 2));
  return new StorageFault(isRejected ? 'rejected' : 'unavailable', faultFacts(error, place), error);
}

/** An error that ended a statement, and not the connection; 40003 itself means that the outcome is unknown. */
function isServersError(error: unknown): boolean {
  return errorMember(error, 'severity', /^ERROR$/) !== undefined && sqlState(error) !== '40003';
}

/** Without the additions of PostgreSQL to its message (detail, hint, where): they quote rows. */
function faultFacts(error: unknown, place: FaultPlace): FaultFacts {
  const statement = statementOf(error);
  const where = {
    engine: 'postgres',
    step: place === 'commit' ? 'commit' : 'before commit',
    ...(statement === undefined ? {} : { statement }),
  } as const;
  // A lost connection has the reason of its loss as its cause.
  const reason = error instanceof ConnectionLost && error.cause instanceof Error ? error.cause : error;
  if (error instanceof ConnectionLost && error.sentence !== undefined) {
    const { code } = factsOf(reason);
    return { ...where, message: error.sentence, ...(code === undefined ? {} : { code }) };
  }
  const state = sqlState(reason);
  if (state === undefined || !(reason instanceof Error)) return { ...factsOf(reason), ...where };
  const constraint = errorMember(reason, 'constraint', /./);
  return {
    ...where,
    code: state,
    message: `${state}: ${messageOf(reason)}`,
    ...(constraint === undefined ? {} : { constraint }),
    ...(isConflict(reason) || isLockTimeout(reason) ? { isContention: true } : {}),
  };
}

function errorMember(error: unknown, name: string, pattern: RegExp): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const value: unknown = Reflect.get(error, name);
  return typeof value === 'string' && pattern.test(value) ? value : undefined;
}
