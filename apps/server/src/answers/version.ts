import type { ReplyOf } from './reply.ts';

export function versionReply(version: string): ReplyOf<'readVersion'> {
  return { status: 200, body: { name: 'billonce', version } };
}
