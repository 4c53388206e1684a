import type { Context } from 'hono';
import { incomingOf } from './read-context.ts';

/**
 * The address of a client, where the runtime says it without a function of its own: the socket under
 * `@hono/node-server`, the event of AWS Lambda. A request that `app.request()` made in this process has the address of
 * the process.
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

/** Every server hands over a `Host`, which HTTP/1.1 demands; a `Request` that code has made has none. */
function isMadeHere({ env, req }: Context): boolean {
  const isBare =
    env === undefined || (typeof env === 'object' && env !== null && Object.keys(env).length === 0);
  return isBare && !req.raw.headers.has('host') && new URL(req.url).hostname === 'localhost';
}
