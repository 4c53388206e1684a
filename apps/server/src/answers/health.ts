import type { BodyOf, ReplyOf } from './reply.ts';

export function healthReply(): ReplyOf<'readHealth'> {
  return { status: 200, body: { status: 'ok', service: 'billonce' } };
}

export function readyReply(): ReplyOf<'readReady'> {
  return { status: 200, body: { ready: true } };
}

export function deepHealthReply(body: BodyOf<'readDeepHealth'>): ReplyOf<'readDeepHealth'> {
  return { status: 200, body };
}
