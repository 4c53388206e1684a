import { answerCases } from './intents/answers.ts';
import { comparisonCases } from './intents/comparison.ts';
import { duplicateCases } from './intents/duplicates.ts';
import { failureCases } from './intents/failures.ts';
import { keyCases } from './intents/keys.ts';
import { optionCases } from './intents/options.ts';
import { requestCases } from './intents/requests.ts';
import { timeCases } from './intents/times.ts';
import type { Peer, PeerCase, PeerSubject } from './peer-case.ts';
import { peerSuites } from './peer-suites.ts';

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

/** How many cases of a suite the rows cover, by the behaviour of the library. */
export interface PeerCount {
  readonly rows: Record<PeerCase['here'], number>;
}

/** The counts of each peer that a row names. */
export function casesOf(): ReadonlyMap<Peer, PeerCount> {
  const counts = new Map<Peer, PeerCount>();
  for (const { peers, here } of peerSubjects.flatMap(({ cases }) => cases)) {
    for (const [peer, count] of peersIn(peers)) {
      const found = counts.get(peer) ?? { rows: { same: 0, option: 0, different: 0 } };
      found.rows[here] += count;
      counts.set(peer, found);
    }
  }
  return counts;
}

/** The peers that a row names, with their numbers. */
export function peersIn(peers: PeerCase['peers']): readonly (readonly [Peer, number])[] {
  return [...peerSuites.keys()].flatMap((peer) => {
    const count = peers[peer];
    return count === undefined ? [] : [[peer, count] as const];
  });
}
