import { type DestinationStream, type Logger, pino } from 'pino';
import { framesOf, knownFacts, messageOf } from './fault-facts.ts';
import { textOfLogLine } from './log-text.ts';

/** The format of the log: JSON for programs, text for a person at a terminal. */
export type LogFormat = 'json' | 'text';

/**
 * The server's log. Only what identifies the fault is kept of an error: a driver attaches the rows at fault to its
 * errors, and so agents and keys.
 */
export function serverLog(level: string, destination: DestinationStream): Logger {
  const options = {
    level,
    redact: ['req.headers', 'headers'],
    serializers: { err: (error: unknown) => faultOf(error) },
  };
  return pino(options, destination);
}

/** An output as the destination of a log in this format. */
export function inFormat(format: LogFormat, output: DestinationStream): DestinationStream {
  return format === 'json' ? output : { write: (line) => output.write(textOfLogLine(line)) };
}

function faultOf(error: unknown): unknown {
  const facts = knownFacts(error);
  // Only the engine's code may be logged: the messages of its driver quote values.
  if (facts !== undefined) return facts;
  if (!(error instanceof Error)) return { type: typeof error };
  const { name } = error;
  const [message, stack] = [messageOf(error), framesOf(error)];
  const code: unknown = Reflect.get(error, 'code') ?? Reflect.get(error, 'errcode');
  const cause = error.cause === undefined ? undefined : faultOf(error.cause);
  return { type: name, code, message, stack, cause };
}
