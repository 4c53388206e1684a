/**
 * What the log says of a failure. Plain data, because it crosses from the writer's thread. It holds no value of a row and no
 * secret.
 */
export interface FaultFacts {
  readonly message: string;
  readonly engine?: 'sqlite' | 'postgres';
  /** SQLite's result code, PostgreSQL's SQLSTATE, or the name of an error of the system */
  readonly code?: string;
  /** what was being done, such as `load` or `commit` */
  readonly step?: string;
  /** verb and table of the statement, such as `INSERT entries` */
  readonly statement?: string;
  /** name of the constraint that was not kept */
  readonly constraint?: string;
  /** what keeps a read from being answered now, though the database works */
  readonly obstacle?: Obstacle;
  /** another transaction was first or holds a row: the storage itself works */
  readonly isContention?: true;
  /** where in the code, when the code is at fault */
  readonly frames?: string;
}

/** A batch that is running, so that the end of a list is not known yet; or too many reads that wait already. */
export type Obstacle = 'running_batch' | 'waiting_reads';

const members = ['engine', 'code', 'step', 'statement', 'constraint', 'obstacle', 'frames'] as const;

/** Codes of Node's errors whose messages quote the value at fault. */
const quotingCodes: ReadonlySet<unknown> = new Set([
  'ERR_OUT_OF_RANGE',
  'ERR_INVALID_ARG_TYPE',
  'ERR_INVALID_ARG_VALUE',
]);

/** The facts of an error that is not from a database. */
export function factsOf(error: unknown): FaultFacts {
  if (!(error instanceof Error)) return { message: `a ${typeof error} was thrown` };
  const known = knownFacts(error);
  if (known !== undefined) return known;
  const code: unknown = Reflect.get(error, 'code');
  return {
    // Of a defect the name helps; `Error` says nothing.
    message: error.name === 'Error' ? messageOf(error) : `${error.name}: ${messageOf(error)}`,
    ...(typeof code === 'string' ? { code } : {}),
    frames: framesOf(error),
  };
}

/** The facts that an error brings along, or that were sent in its place; without any other member. */
export function knownFacts(value: unknown): FaultFacts | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof Error) return knownFacts(Reflect.get(value, 'facts'));
  const message: unknown = Reflect.get(value, 'message');
  if (typeof message !== 'string') return undefined;
  const others = members.map((name): [string, unknown] => [name, Reflect.get(value, name)]);
  return { message, ...Object.fromEntries(others.filter(([, member]) => typeof member === 'string')) };
}

/** The message of an error, without the values that it may quote: those may be of a row. */
export function messageOf(error: Error): string {
  const code: unknown = Reflect.get(error, 'code');
  // PostgreSQL's class of faulty data: `invalid input syntax for type integer: "…"`.
  if (typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code)) return error.message.replace(/".*"/s, '"…"');
  // Of several addresses that were tried.
  const [first]: unknown[] = error instanceof AggregateError ? error.errors : [];
  if (error.message === '' && first instanceof Error) return messageOf(first);
  const quotes =
    error instanceof SyntaxError ||
    quotingCodes.has(code) ||
    (error instanceof RangeError && error.message.includes('BigInt'));
  return quotes ? 'not shown, because it may quote a value' : error.message;
}

/** The places of a stack, without the message that it begins with. */
export function framesOf({ stack = '' }: Error): string {
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
}
