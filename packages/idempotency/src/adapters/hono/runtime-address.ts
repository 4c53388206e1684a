import type { Context } from 'hono';
import { incomingOf } from './read-context.ts';

/**
 * The address of a client, if the runtime provides it without a special function: from the socket under
 * `@hono/node-server`, from the event on AWS Lambda. A request made with `app.request()` in this process has the
 * address of the process.
 */
export function addressOfRuntime(context: Context): string | undefined {
  const incoming = incomingOf(context);
  if (incoming !== undefined) return incoming.socket.remoteAddress;
  return lambdaAddress(context.env) ?? (isMadeHere(context) ? '127.0.0.1' : undefined);
}

/** The source address in the event of API Gateway (both versions) or of a function URL. */
function lambdaAddress(env: unknown): string | undefined {
  const about = member(member(env, 'event'), 'requestContext');
  const address = member(member(about, 'http'), 'sourceIp') ?? member(member(about, 'identity'), 'sourceIp');
  return typeof address === 'string' ? address : undefined;
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** Every server passes on `Host`, which HTTP/1.1 requires; a `Request` made by code has none. */
function isMadeHere({ env, req }: Context): boolean {
  const isBare =
    env === undefined || (typeof env === 'object' && env !== null && Object.keys(env).length === 0);
  return isBare && !req.raw.headers.has('host') && new URL(req.url).hostname === 'localhost';
}
