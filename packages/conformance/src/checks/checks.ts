import type { Check } from '../check.ts';
import { concurrencyChecks } from './concurrency.ts';
import { connectionChecks } from './connections.ts';
import { differenceChecks } from './difference.ts';
import { errorChecks } from './errors.ts';
import { keyChecks } from './keys.ts';
import { replayChecks } from './replay.ts';
import { restartChecks } from './restarts.ts';
import { spellingChecks } from './spelling.ts';
import { timeChecks } from './time.ts';

/** All checks, in the order in which they run: the basic ones first, those of the whole run last. */
export const checks: readonly Check[] = [
  ...replayChecks,
  ...differenceChecks,
  ...spellingChecks,
  ...keyChecks,
  ...concurrencyChecks,
  ...connectionChecks,
  ...errorChecks,
  ...restartChecks,
  ...timeChecks,
];
