import type { Check } from '../check.ts';
import { type Json, parseJson, reordered, respelled } from '../json-text.ts';
import { firstAnswer, judgeReplay } from '../judge/answers.ts';
import { notApplicable } from '../judge/verdict.ts';
import { withBody } from '../wire/call.ts';

const harm =
  'A client that serializes its request again for a retry, as many libraries do, is refused or charged twice.';

function spellingCheck(parts: Pick<Check, 'id' | 'sentence'>, spell: (document: Json) => string): Check {
  return {
    ...parts,
    group: 'Spelling of JSON',
    harm,
    claim: 'answers',
    requestsMax: () => 2,
    run: async (world) => {
      if (world.profile.comparison === 'bytes') return notApplicable('the protocol compares bytes');
      const call = await world.fresh();
      const document = parseJson(call.body.toString());
      if (document === undefined) return notApplicable('the body is not JSON');
      const first = firstAnswer(await world.send(call));
      if (first.kind === 'unusable') return first.verdict;
      const outcome = await world.send(withBody(call, spell(document)));
      return judgeReplay(first.answer, outcome, world.profile, 'the other spelling');
    },
  };
}

/** The same request in another spelling. */
export const spellingChecks: readonly Check[] = [
  spellingCheck(
    {
      id: 'json-reordered',
      sentence: 'The same JSON with its members in another order is the same request.',
    },
    reordered,
  ),
  spellingCheck(
    {
      id: 'json-respelled',
      sentence: 'The same JSON with other spellings of numbers and letters is the same request.',
    },
    respelled,
  ),
];
