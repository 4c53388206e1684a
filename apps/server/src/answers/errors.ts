import type { BodyOf, ReplyOf } from './reply.ts';

export function errorCodeReply(row: BodyOf<'readErrorCode'>): ReplyOf<'readErrorCode'> {
  return { status: 200, body: row };
}
