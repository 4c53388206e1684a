import { backtracking } from './hostile/backtracking.ts';
import { tarpits, upgradingReceivers } from './hostile/bad-receivers.ts';
import { faultyBodies, manyMembers, unfinishedBodies } from './hostile/bodies.ts';
import { bulks, emptyItems } from './hostile/bulks.ts';
import { abandonedSums, emptySearches } from './hostile/expensive-reads.ts';
import { fullLog } from './hostile/full-log.ts';
import { lateBodies } from './hostile/late-bodies.ts';
import { openRoutes, wrongKeys } from './hostile/open-routes.ts';
import { pipelinedRequests, tinyChunks } from './hostile/pipelined.ts';
import { silentSockets } from './hostile/silent-sockets.ts';
import { unreadAnswers } from './hostile/unread-answers.ts';
import type { Pattern } from './pattern.ts';

const known: readonly Pattern[] = [
  silentSockets,
  lateBodies,
  unreadAnswers,
  pipelinedRequests,
  upgradingReceivers,
  tarpits,
  abandonedSums,
  emptySearches,
  bulks,
  faultyBodies,
  manyMembers,
  unfinishedBodies,
  tinyChunks,
  backtracking,
  fullLog,
  openRoutes,
  wrongKeys,
  emptyItems,
];

const part = process.env['SOAK_PATTERNS'] ?? '';

/**
 * Patterns with which one client was once able to stop the others. If SOAK_PATTERNS is set, only those whose names
 * contain it.
 */
export const patterns: readonly Pattern[] = known.filter(({ name }) => name.includes(part));

/** Finds a pattern by name. */
export function patternNamed(name: string | undefined): Pattern {
  const pattern = known.find((one) => one.name === name);
  if (pattern === undefined) throw new Error(`no pattern is named ${name}`);
  return pattern;
}
