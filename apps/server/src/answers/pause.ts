import type { PauseSet } from '../domain/commands/pause.ts';
import type { Pause } from '../domain/pause.ts';
import { timestampOfMs } from '../domain/timestamps.ts';
import type { ReplyOf } from './reply.ts';

export const pauseAnswers = {
  pause_set: ({ isPaused, followedWithinMs }: PauseSet): ReplyOf<'pause'> => ({
    status: 200,
    body: { paused: isPaused, effectiveWithinMs: followedWithinMs },
  }),
};

export function adminStatusReply({ isPaused, sinceMs }: Pause, version: string): ReplyOf<'readAdminStatus'> {
  const pausedSince = isPaused ? timestampOfMs(sinceMs) : null;
  return { status: 200, body: { paused: isPaused, pausedSince, version } };
}
