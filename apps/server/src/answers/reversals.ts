import type { AccountCleared, EntryReversed } from '../domain/commands/reversals.ts';
import { entryBody } from './entries.ts';
import { entryPath } from './paths.ts';
import type { ReplyOf } from './reply.ts';

export const reversalsAnswers = {
  entry_reversed: ({ entry }: EntryReversed): ReplyOf<'reverseEntry'> => ({
    status: 201,
    location: entryPath(entry.id),
    body: entryBody(entry),
  }),

  account_cleared: ({
    agent,
    serviceId,
    clearedRequests,
    entryId,
  }: AccountCleared): ReplyOf<'clearAccount'> => ({
    status: 200,
    location: entryId === undefined ? undefined : entryPath(entryId),
    body: { agent, serviceId, clearedTotal: clearedRequests },
  }),
};
