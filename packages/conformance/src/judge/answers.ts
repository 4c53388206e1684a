import { isObject, leavesOf, parseJson } from '../json-text.ts';
import type { Profile } from '../profiles/profile-shape.ts';
import { type Answer, headerOf, isSuccess } from '../wire/answer.ts';
import type { Outcome } from '../wire/exchange.ts';
import { isRefusal, isUnable } from './refusals.ts';
import { failed, inconclusive, passed, type Verdict } from './verdict.ts';

/** The headers that describe the representation in an answer. @see RFC 9110, section 8 */
const representation = [
  'content-type',
  'content-language',
  'content-location',
  'location',
  'etag',
  'last-modified',
];

/** The answer of an outcome that can be judged, or why it cannot be. */
export type Usable =
  | { readonly kind: 'usable'; readonly answer: Answer }
  | { readonly kind: 'unusable'; readonly verdict: Verdict };

/**
 * The answer of an outcome. A broken connection, or a server that is unable to answer now, says nothing about the key.
 */
export function usable(outcome: Outcome, what: string): Usable {
  if (outcome.kind === 'left') return { kind: 'unusable', verdict: inconclusive(`${what}: the client left`) };
  if (outcome.kind === 'broken')
    return { kind: 'unusable', verdict: inconclusive(`${what}: ${outcome.reason}`) };
  if (isUnable(outcome.answer)) {
    return { kind: 'unusable', verdict: inconclusive(`${what} was answered ${outcome.answer.status}`) };
  }
  return { kind: 'usable', answer: outcome.answer };
}

/** The first answer under a key: everything else is compared with it, so it must be a success. */
export function firstAnswer(outcome: Outcome, what = 'the first request'): Usable {
  const found = usable(outcome, what);
  if (found.kind === 'unusable' || isSuccess(found.answer)) return found;
  return { kind: 'unusable', verdict: inconclusive(`${what} was answered ${found.answer.status}`) };
}

/** Whether an answer repeats the first one: status and body. */
export function isSameAnswer(first: Answer, again: Answer, profile: Profile): boolean {
  return first.status === again.status && comparable(first, profile).equals(comparable(again, profile));
}

/** Judges whether a retry got the first answer. */
export function judgeReplay(first: Answer, outcome: Outcome, profile: Profile, what = 'the retry'): Verdict {
  const found = usable(outcome, what);
  if (found.kind === 'unusable') return found.verdict;
  const { answer } = found;
  if (answer.status !== first.status) {
    return failed(`${what} was answered ${answer.status}, the first request ${first.status}`);
  }
  if (!isSameAnswer(first, answer, profile))
    return failed(`${what} got another body: ${difference(first, answer)}`);
  return passed(`${what} got the first answer: ${answer.status}, ${answer.body.length} bytes`);
}

/** Judges the headers that describe the answer. */
export function judgeHeaders(first: Answer, again: Answer): Verdict {
  const different = representation.filter((name) => headerOf(first, name) !== headerOf(again, name));
  const [name] = different;
  if (name !== undefined) {
    return failed(
      `${name} is ${shown(headerOf(again, name))} in the retry, and ${shown(headerOf(first, name))} in the first answer`,
    );
  }
  const present = representation.filter((own) => headerOf(first, own) !== undefined);
  return passed(present.length === 0 ? 'there are no such headers' : `equal: ${present.join(', ')}`);
}

/** Whether an answer is marked as a replay. */
export function isMarked(answer: Answer, profile: Profile): boolean {
  const { marker, markerMember } = profile;
  if (marker !== undefined && headerOf(answer, marker)?.toLowerCase() === 'true') return true;
  if (markerMember === undefined) return false;
  const document = parseJson(answer.body.toString());
  return isObject(document) && document[markerMember] === true;
}

/** Judges another request under a used key, which must not get the first answer. */
export function judgeNotFirst(first: Answer, outcome: Outcome, profile: Profile, what: string): Verdict {
  const found = usable(outcome, what);
  if (found.kind === 'unusable') return found.verdict;
  const { answer } = found;
  if (isRefusal(answer)) return passed(`${what} was refused with ${answer.status}`);
  if (answer.status >= 500) return inconclusive(`${what} was answered ${answer.status}`);
  if (isMarked(answer, profile) || (answer.body.length > 0 && isSameAnswer(first, answer, profile))) {
    return failed(`${what} got the first answer (${answer.status})`);
  }
  return passed(`${what} got another answer than the first request (${answer.status})`);
}

/** Judges another request under a used key, which must be refused. */
export function judgeRefused(first: Answer, outcome: Outcome, profile: Profile, what: string): Verdict {
  const verdict = judgeNotFirst(first, outcome, profile, what);
  const isExecuted = outcome.kind === 'answered' && isSuccess(outcome.answer);
  if (verdict.kind !== 'passed' || !isExecuted) return verdict;
  return failed(`${what} was answered ${outcome.answer.status}, and not refused`);
}

/** Texts and numbers of the first answer that a refusal contains, although the refused request did not have them. */
export function leakedValues(first: Answer, refusal: Answer, refused: string): readonly string[] {
  const values = leavesOf(parseJson(first.body.toString()))
    .map(({ leaf }) => String(leaf))
    .filter((text) => text.length >= 8);
  const whole =
    first.body.length >= 8 && !isObject(parseJson(first.body.toString())) ? [first.body.toString()] : [];
  const text = refusal.body.toString();
  return [...values, ...whole].filter((value) => text.includes(value) && !refused.includes(value));
}

function comparable(answer: Answer, { markerMember }: Profile): Buffer {
  if (markerMember === undefined) return answer.body;
  const document = parseJson(answer.body.toString());
  if (!isObject(document)) return answer.body;
  return Buffer.from(JSON.stringify(Object.entries(document).filter(([name]) => name !== markerMember)));
}

function difference(first: Answer, again: Answer): string {
  return `${shown(first.body.toString())}, then ${shown(again.body.toString())}`;
}

function shown(text: string | undefined): string {
  if (text === undefined) return 'missing';
  if (text === '') return 'empty';
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
