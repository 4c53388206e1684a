import { memberAt, parseJson, pathOf } from '../json-text.ts';
import type { Profile, RefusalForm } from '../profiles/profile-shape.ts';
import { type Answer, headerOf } from '../wire/answer.ts';
import { failed, passed, type Verdict } from './verdict.ts';

/** Statuses by which a server reports that it is unable to answer any request now. */
const unable: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export function isUnable({ status }: Answer): boolean {
  return unable.has(status);
}

/** Whether an answer may mean that the first request of the key has not ended. */
export function isInFlight(answer: Answer, profile: Profile): boolean {
  if (isUnable(answer) || answer.status === 425) return true;
  if (!profile.inFlightStatuses.includes(answer.status)) return false;
  // A refusal that says that the outcome is not known is final.
  return !/unknown|abandon|expired/i.test(answer.body.toString());
}

/** Whether an answer refuses a request for a reason that the client has to fix. */
export function isRefusal({ status }: Answer): boolean {
  return status >= 400 && status < 500 && status !== 429;
}

/** Compares a refusal with the form that the protocol gives it. */
export function judgeForm(answer: Answer, form: RefusalForm): Verdict {
  const type = headerOf(answer, 'content-type') ?? '';
  if (form.mediaType !== undefined && !type.startsWith(form.mediaType)) {
    return failed(`the refusal is of type ${type || 'none'}, not ${form.mediaType}`);
  }
  const document = parseJson(answer.body.toString());
  for (const [pointer, value] of form.members ?? []) {
    const found = memberAt(document, pathOf(pointer));
    const fits = value === undefined ? typeof found === 'string' : found === value;
    if (!fits)
      return failed(`${pointer} of the refusal is ${JSON.stringify(found)}, not ${value ?? 'a text'}`);
  }
  if (form.isDocumented === true && !isDocumented(answer)) {
    return failed('the refusal leads to no documentation: it has neither a Link header nor problem details');
  }
  return passed('the refusal has the form of the protocol');
}

/** Problem details whose type is a page, or that say what happened in `title` or `detail`; or a `Link` header. */
function isDocumented(answer: Answer): boolean {
  if (headerOf(answer, 'link') !== undefined) return true;
  const isProblem = (headerOf(answer, 'content-type') ?? '').startsWith('application/problem+json');
  const document = parseJson(answer.body.toString());
  return isProblem && ['title', 'detail'].some((name) => typeof memberAt(document, [name]) === 'string');
}
