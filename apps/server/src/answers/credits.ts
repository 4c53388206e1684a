import type { CreditWrittenOff } from '../domain/commands/credits.ts';
import { entryBody } from './entries.ts';
import { entryPath } from './paths.ts';
import type { ReplyOf } from './reply.ts';

export const creditsAnswers = {
  credit_written_off: ({ entry }: CreditWrittenOff): ReplyOf<'writeOffCredit'> => ({
    status: 201,
    location: entryPath(entry.id),
    body: entryBody(entry),
  }),
};
