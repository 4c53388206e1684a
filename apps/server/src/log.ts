import { type DestinationStream, type Logger, pino } from 'pino';

/**
 * The server's log. Of an error only what names the fault is kept: a driver hangs the rows at fault on its errors, and with them
 * agents and keys.
 */
export function serverLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    redact: ['req.headers', 'headers'],
    serializers: { err: (error: unknown) => faultOf(error) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function faultOf(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack } = error;
  const code: unknown = Reflect.get(error, 'code') ?? Reflect.get(error, 'errcode');
  const cause = error.cause === undefined ? undefined : faultOf(error.cause);
  return { type: name, code, message, stack, cause };
}
