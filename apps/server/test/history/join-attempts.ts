import type { History } from './clients.ts';

/**
 * Makes one call of all attempts of a key, because at most one of them takes effect: at some moment between the first of
 * them and the first answer that is no refusal. Later answers are replays, and calls that stay. Without such an answer it
 * may have taken effect after an attempt that was not answered, as long as the server lived, or never; refusals are calls that stay.
 */
export function joinAttempts(attempts: History): History {
  const joined: History = [];
  const byKey = new Map<string, History>();
  for (const attempt of attempts) {
    if ('key' in attempt.call) byKey.set(attempt.call.key, [...(byKey.get(attempt.call.key) ?? []), attempt]);
    else if (attempt.answer !== undefined) joined.push(attempt);
  }
  for (const ofKey of byKey.values()) joined.push(...joinedOf(ofKey));
  return joined;
}

function joinedOf(attempts: History): History {
  const unheard = attempts.filter(({ answer }) => answer === undefined).toSorted(byCall);
  const refused = attempts.filter(({ answer }) => answer?.kind === 'refused');
  const [first, ...replays] = attempts
    .filter(({ answer }) => answer !== undefined && answer.kind !== 'refused')
    .toSorted((a, b) => a.answeredAt - b.answeredAt);
  if (first === undefined) return [...refused, ...endsOf(unheard)];
  const calledAt = Math.min(...attempts.map((attempt) => attempt.calledAt));
  return [...refused, { ...first, calledAt }, ...replays];
}

/** Attempts that end together are one: of those at one server, at most one takes effect. */
function endsOf(unheard: History): History {
  const ends = new Set(unheard.map(({ answeredAt }) => answeredAt));
  return [...ends].flatMap((end) => unheard.find(({ answeredAt }) => answeredAt === end) ?? []);
}

function byCall(a: History[number], b: History[number]): number {
  return a.calledAt - b.calledAt;
}
