import { answerCases } from './intents/answers.ts';
import { comparisonCases } from './intents/comparison.ts';
import { duplicateCases } from './intents/duplicates.ts';
import { failureCases } from './intents/failures.ts';
import { keyCases } from './intents/keys.ts';
import { optionCases } from './intents/options.ts';
import { requestCases } from './intents/requests.ts';
import { timeCases } from './intents/times.ts';
import type { PeerSubject } from './peer-case.ts';

/** All cases, in the order of the page. */
export const peerSubjects: readonly PeerSubject[] = [
  { title: 'keys', cases: keyCases },
  { title: 'requests', cases: requestCases },
  { title: 'comparison', cases: comparisonCases },
  { title: 'answers', cases: answerCases },
  { title: 'duplicates at the same time', cases: duplicateCases },
  { title: 'failures', cases: failureCases },
  { title: 'times and room', cases: timeCases },
  { title: 'options and functions', cases: optionCases },
];
