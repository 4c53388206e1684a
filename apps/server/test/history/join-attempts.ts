import type { History } from './clients.ts';

/**
 * Joins all attempts of a key into one call, because at most one of them takes effect: at some time between the first
 * attempt and the first answer that is not a refusal. Later answers are replays, which remain separate calls. Without
 * such an answer, an unanswered attempt may have taken effect while its server lived and after all refusals, or never.
 * Refusals remain separate calls.
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
  if (first === undefined)
    return [...refused, ...endsOf(unheard.flatMap((one) => afterRefusals(one, refused)))];
  const calledAt = Math.min(...attempts.map((attempt) => attempt.calledAt));
  return [...refused, { ...first, calledAt }, ...replays];
}

/** An attempt that had taken effect would be answered again: without such an answer, it can only come after each refusal. */
function afterRefusals(attempt: History[number], refused: History): History {
  const calledAt = Math.max(attempt.calledAt, ...refused.map((refusal) => refusal.calledAt));
  return calledAt < attempt.answeredAt ? [{ ...attempt, calledAt }] : [];
}

/** Attempts that end together are one call: of the attempts at one server, at most one takes effect. */
function endsOf(unheard: History): History {
  const ends = new Set(unheard.map(({ answeredAt }) => answeredAt));
  return [...ends].flatMap((end) => unheard.find(({ answeredAt }) => answeredAt === end) ?? []);
}

function byCall(a: History[number], b: History[number]): number {
  return a.calledAt - b.calledAt;
}
