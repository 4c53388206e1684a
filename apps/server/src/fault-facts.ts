/**
 * What is logged about a failure. Plain data, because it crosses from the writer's thread. It contains no value of a
 * row and no secret.
 */
export interface FaultFacts {
  readonly message: string;
  readonly engine?: 'sqlite' | 'postgres';
  /** SQLite's result code, PostgreSQL's SQLSTATE, or the name of a system error */
  readonly code?: string;
  /** the current step, such as `load` or `commit` */
  readonly step?: string;
  /** verb and table of the statement, such as `INSERT entries` */
  readonly statement?: string;
  /** name of the violated constraint */
  readonly constraint?: string;
  /** why a read cannot be answered now, although the database works */
  readonly obstacle?: Obstacle;
  /** another transaction was first or holds a row; the storage itself works */
  readonly isContention?: true;
  /** the place in the code, if the code is at fault */
  readonly frames?: string;
}

/** A running batch, so the end of a list is not known yet; or too many waiting reads. */
export type Obstacle = 'running_batch' | 'waiting_reads';

const members = ['engine', 'code', 'step', 'statement', 'constraint', 'obstacle', 'frames'] as const;

/** Codes of Node's errors whose messages quote the wrong value. */
const quotingCodes: ReadonlySet<unknown> = new Set([
  'ERR_OUT_OF_RANGE',
  'ERR_INVALID_ARG_TYPE',
  'ERR_INVALID_ARG_VALUE',
]);

/** The facts of an error that does not come from a database. */
export function factsOf(error: unknown): FaultFacts {
  if (!(error instanceof Error)) return { message: `a ${typeof error} was thrown` };
  const known = knownFacts(error);
  if (known !== undefined) return known;
  const code: unknown = Reflect.get(error, 'code');
  return {
    // The name helps to find a defect, unless it is `Error`.
    message: error.name === 'Error' ? messageOf(error) : `${error.name}: ${messageOf(error)}`,
    ...(typeof code === 'string' ? { code } : {}),
    frames: framesOf(error),
  };
}

/** The facts that an error carries, or that were sent in its place; without any other member. */
export function knownFacts(value: unknown): FaultFacts | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof Error) return knownFacts(Reflect.get(value, 'facts'));
  const message: unknown = Reflect.get(value, 'message');
  if (typeof message !== 'string') return undefined;
  const others = members.map((name): [string, unknown] => [name, Reflect.get(value, name)]);
  return { message, ...Object.fromEntries(others.filter(([, member]) => typeof member === 'string')) };
}

/** The message of an error, without values that it may quote: they may come from a row. */
export function messageOf(error: Error): string {
  const code: unknown = Reflect.get(error, 'code');
  // PostgreSQL's class of faulty data: `invalid input syntax for type integer: "…"`.
  if (typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code)) return error.message.replace(/".*"/s, '"…"');
  // The errors of several addresses that were tried.
  const [first]: unknown[] = error instanceof AggregateError ? error.errors : [];
  if (error.message === '' && first instanceof Error) return messageOf(first);
  const quotes =
    error instanceof SyntaxError ||
    quotingCodes.has(code) ||
    (error instanceof RangeError && error.message.includes('BigInt'));
  return quotes ? 'not shown, because it may quote a value' : error.message;
}

/** The places in a stack, without the message at its beginning. */
export function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
