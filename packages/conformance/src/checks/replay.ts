import type { Check } from '../check.ts';
import { firstAnswer, isMarked, judgeHeaders, judgeReplay, usable } from '../judge/answers.ts';
import { judgeExecutions } from '../judge/executions.ts';
import { failed, gravest, inconclusive, notApplicable, passed, type Verdict } from '../judge/verdict.ts';
import { type Answer, headerOf, isSuccess } from '../wire/answer.ts';
import type { Call } from '../wire/call.ts';
import type { World } from '../world.ts';

const group = 'Replay';

/** Sends a request twice under one key, and judges both answers if both can be judged. */
async function twice(
  world: World,
  judge: (first: Answer, again: Answer, call: Call) => Verdict,
): Promise<Verdict> {
  const call = await world.fresh();
  const first = firstAnswer(await world.send(call));
  if (first.kind === 'unusable') return first.verdict;
  const again = usable(await world.send(call), 'the retry');
  return again.kind === 'unusable' ? again.verdict : judge(first.answer, again.answer, call);
}

/** The same request under the same key. */
export const replayChecks: readonly Check[] = [
  {
    id: 'replay-answer',
    group,
    sentence:
      'The same request under the same key gets the first answer: the same status and the same bytes.',
    harm: 'A client that retries gets a wrong result: another id, another amount, an error.',
    claim: 'answers',
    requestsMax: () => 4,
    run: async (world) => {
      const call = await world.fresh();
      const first = firstAnswer(await world.send(call));
      if (first.kind === 'unusable') return first.verdict;
      const verdicts: Verdict[] = [];
      for (const what of ['the first retry', 'the second retry', 'the third retry']) {
        verdicts.push(judgeReplay(first.answer, await world.send(call), world.profile, what));
      }
      return gravest(verdicts);
    },
  },
  {
    id: 'replay-headers',
    group,
    sentence:
      'A replay has the headers that describe the first answer: type, language, location, entity tag.',
    harm: 'A client that follows Location, or parses by Content-Type, breaks on a retry.',
    claim: 'answers',
    requestsMax: () => 2,
    run: (world) => twice(world, judgeHeaders),
  },
  {
    id: 'replay-marker',
    group,
    sentence: 'A replay is marked as one, and a first answer is not.',
    harm: 'A client cannot tell whether its retry did something, and support cannot see it in a log.',
    claim: 'answers',
    requestsMax: () => 2,
    run: async (world) => {
      const { marker, markerMember } = world.profile;
      const mark = marker ?? markerMember;
      if (mark === undefined) return notApplicable('the protocol has no mark of replays');
      return await twice(world, (first, again) => {
        if (isMarked(first, world.profile)) return failed(`the first answer is marked with ${mark}`);
        return isMarked(again, world.profile)
          ? passed(`the retry is marked with ${mark}`)
          : failed(`the retry is not marked with ${mark}: true`);
      });
    },
  },
  {
    id: 'replay-once',
    group,
    sentence: 'A request that is sent four times under one key takes effect once.',
    harm: 'Each retry of a client is a second charge.',
    claim: 'effects',
    requestsMax: () => 4,
    run: async (world) => {
      const call = await world.fresh();
      const { result, growth } = await world.effects.during(async () => {
        const outcomes = [await world.send(call)];
        for (let retry = 0; retry < 3; retry++) outcomes.push(await world.send(call));
        return outcomes;
      });
      const answered = result.filter((outcome) => outcome.kind === 'answered' && isSuccess(outcome.answer));
      const unclear = answered.length > 0 ? [] : [inconclusive('no request was answered with success')];
      return gravest([judgeExecutions(growth, 1), ...unclear]);
    },
  },
  {
    id: 'new-key',
    group,
    sentence: 'The same request under another key is another operation, and takes effect again.',
    harm: 'Two purchases of the same thing become one: the second customer gets the first one’s receipt.',
    claim: 'effects',
    requestsMax: () => 2,
    run: async (world) => {
      const { result, growth } = await world.effects.during(async () => [
        firstAnswer(await world.send(await world.fresh())),
        firstAnswer(await world.send(await world.fresh()), 'the request under another key'),
      ]);
      const verdicts = result.map((answer): Verdict => {
        if (answer.kind === 'unusable') return answer.verdict;
        const isReplay = isMarked(answer.answer, world.profile);
        return isReplay
          ? failed('the answer under a new key is marked as a replay')
          : passed('it is no replay');
      });
      return gravest([...verdicts, judgeExecutions(growth, 2)]);
    },
  },
  {
    id: 'key-echo',
    group,
    sentence: 'An answer has the key of its request in the header in which it came.',
    harm: 'A client with several requests on their way cannot assign an answer.',
    claim: 'answers',
    requestsMax: () => 2,
    run: async (world) => {
      const place = world.profile.keyPlace;
      if (!world.profile.echoesKey || place.kind !== 'header')
        return notApplicable('the protocol asks for no echo');
      return await twice(world, (first, again, call) => {
        const sent = call.headers.find(([name]) => name === place.name)?.[1];
        const missing = [first, again].find((answer) => headerOf(answer, place.name.toLowerCase()) !== sent);
        return missing === undefined
          ? passed('both answers have the key')
          : failed('an answer does not have the key');
      });
    },
  },
];
