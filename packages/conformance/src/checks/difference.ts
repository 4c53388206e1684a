import type { Check } from '../check.ts';
import {
  firstAnswer,
  judgeNotFirst,
  judgeRefused,
  judgeReplay,
  leakedValues,
  usable,
} from '../judge/answers.ts';
import { judgeUnexecuted } from '../judge/executions.ts';
import { isRefusal, judgeForm } from '../judge/refusals.ts';
import { failed, gravest, inconclusive, notApplicable, passed, type Verdict } from '../judge/verdict.ts';
import { type Answer, isSuccess } from '../wire/answer.ts';
import { type Call, withHeader } from '../wire/call.ts';
import type { Outcome } from '../wire/exchange.ts';
import type { World } from '../world.ts';

const group = 'Another request under a used key';

interface Scene {
  readonly first: Answer;
  /** the outcome of the other request */
  readonly outcome: Outcome;
  readonly call: Call;
  readonly other: Call;
  /** the verdicts if the other request took effect */
  readonly effects: readonly Verdict[];
}

type Judge = (scene: Scene) => Verdict | Promise<Verdict>;

/** Sends a request, and another one under its key. */
async function scene(world: World, change: (call: Call) => Call, judge: Judge): Promise<Verdict> {
  const call = await world.fresh();
  const first = firstAnswer(await world.send(call));
  if (first.kind === 'unusable') return first.verdict;
  const other = change(call);
  const { result, growth } = await world.effects.during(() => world.send(other));
  return await judge({ first: first.answer, outcome: result, call, other, effects: judgeUnexecuted(growth) });
}

/** The scene with another body. It is conclusive only if the other body is accepted under a new key. */
async function otherBody(world: World, judge: Judge): Promise<Verdict> {
  if (!world.isVariable)
    return notApplicable('the body has no member that could be changed: name one with --vary');
  const control = usable(
    await world.send(world.varied(await world.fresh())),
    'the changed request under a new key',
  );
  if (control.kind === 'unusable') return control.verdict;
  if (!isSuccess(control.answer)) {
    return inconclusive(
      `the changed request is refused (${control.answer.status}): name another member with --vary`,
    );
  }
  return await scene(world, (call) => world.varied(call), judge);
}

/** Judges the refusal of another body. Another check judges a server that does not refuse it. */
async function refusalOf(world: World, judge: (refusal: Answer, scene: Scene) => Verdict): Promise<Verdict> {
  return await otherBody(world, (found) => {
    const answer = usable(found.outcome, 'the changed request');
    if (answer.kind === 'unusable') return answer.verdict;
    if (!isRefusal(answer.answer)) return notApplicable('the changed request is not refused');
    return judge(answer.answer, found);
  });
}

/** Requests that differ outside of the body, where the protocol may compare less. */
function elsewhere(
  parts: Pick<Check, 'id' | 'sentence'>,
  change: (call: Call, world: World) => Call,
  isExcluded: (world: World) => string | undefined,
): Check {
  return {
    ...parts,
    group,
    harm: 'A client gets the answer to a different request, and believes it.',
    claim: 'answers',
    requestsMax: () => 2,
    run: async (world) => {
      const reason = isExcluded(world);
      if (reason !== undefined) return notApplicable(reason);
      return await scene(
        world,
        (call) => change(call, world),
        ({ first, outcome, effects }) => {
          const judge = world.profile.comparesTarget ? judgeRefused : judgeNotFirst;
          const judged = judge(first, outcome, world.profile, 'the other request');
          return gravest([judged, ...(world.profile.comparesTarget ? effects : [])]);
        },
      );
    },
  };
}

const bodyOnly = 'the protocol compares the body only';
const always = () => undefined;
const unlessBodyOnly = ({ profile }: World) => (profile.keysPer === 'endpoint' ? bodyOnly : undefined);

/** Other requests under a key that was used. */
export const differenceChecks: readonly Check[] = [
  {
    id: 'other-body',
    group,
    sentence: 'Another body under a used key is refused, and takes no effect.',
    harm: 'A bug in a client, such as a key that is used twice, silently loses an order, or books it twice.',
    claim: 'answers',
    requestsMax: () => 3,
    run: (world) =>
      otherBody(world, ({ first, outcome, effects }) =>
        gravest([judgeRefused(first, outcome, world.profile, 'the changed request'), ...effects]),
      ),
  },
  {
    id: 'conflict-status',
    group,
    sentence: 'The refusal of another body has the status of the protocol.',
    harm: 'A client cannot tell a reused key from other errors, and retries what can never succeed.',
    claim: 'answers',
    requestsMax: () => 3,
    run: (world) =>
      refusalOf(world, ({ status }) => {
        const { statuses } = world.profile.conflict;
        return statuses.includes(status)
          ? passed(`it is ${status}`)
          : failed(`it is ${status}, not ${statuses.join(' or ')}`);
      }),
  },
  {
    id: 'conflict-form',
    group,
    sentence: 'The refusal of another body has the form of the protocol.',
    harm: 'A client reads the code of an error where the protocol has it, and finds nothing.',
    claim: 'answers',
    requestsMax: () => 3,
    run: async (world) => {
      const { form } = world.profile.conflict;
      if (form === undefined) return notApplicable('the protocol gives it no form');
      return await refusalOf(world, (refusal) => judgeForm(refusal, form));
    },
  },
  {
    id: 'conflict-leak',
    group,
    sentence: 'The refusal of another body has nothing from the first answer.',
    harm: 'A caller who guesses a key reads the result of another caller.',
    claim: 'answers',
    requestsMax: () => 3,
    run: (world) =>
      refusalOf(world, (refusal, { first, other }) => {
        const sent = `${JSON.stringify(other.headers)} ${other.body}`;
        const [leaked] = leakedValues(first, refusal, sent);
        return leaked === undefined
          ? passed('no value of the first answer is in it')
          : failed(`it has the value ${leaked} of the first answer`);
      }),
  },
  {
    id: 'conflict-keeps',
    group,
    sentence: 'After a refusal the first request still gets its answer.',
    harm: 'A mistaken request destroys the record, and the next retry is a second charge.',
    claim: 'answers',
    requestsMax: () => 6,
    run: async (world) => {
      const refused = await refusalOf(world, () => passed('it was refused'));
      if (refused.kind !== 'passed') return refused;
      const call = await world.fresh();
      const first = firstAnswer(await world.send(call));
      if (first.kind === 'unusable') return first.verdict;
      await world.send(world.varied(call));
      return judgeReplay(first.answer, await world.send(call), world.profile, 'the retry after the refusal');
    },
  },
  elsewhere(
    { id: 'other-query', sentence: 'The same key with another query does not get the first answer.' },
    (call) => ({ ...call, target: `${call.target}${call.target.includes('?') ? '&' : '?'}conformance=1` }),
    unlessBodyOnly,
  ),
  elsewhere(
    { id: 'other-path', sentence: 'The same key at another path does not get the first answer.' },
    (call, world) => {
      const [path = '', query] = call.target.split('?');
      const other = `${path.replace(/\/$/, '')}/conformance-${world.random.below(1_000_000, 'path')}`;
      return { ...call, target: query === undefined ? other : `${other}?${query}` };
    },
    always,
  ),
  elsewhere(
    { id: 'other-method', sentence: 'The same key with another method does not get the first answer.' },
    (call) => ({ ...call, method: call.method === 'PUT' ? 'POST' : 'PUT' }),
    always,
  ),
  elsewhere(
    {
      id: 'other-content-type',
      sentence: 'The same bytes as another media type under the same key do not get the first answer.',
    },
    (call) => withHeader(call, 'Content-Type', 'application/octet-stream'),
    ({ profile }) => (profile.comparesTarget ? undefined : 'the protocol does not compare the media type'),
  ),
  {
    id: 'other-caller',
    group,
    sentence:
      'The same key of another caller is another operation: the other caller does not get the first answer.',
    harm: 'One customer reads the receipt of another, and cannot use keys that the other used.',
    claim: 'answers',
    needs: '--other-caller',
    requestsMax: () => 2,
    run: async (world) => {
      const { otherCaller } = world.plan;
      if (otherCaller.length === 0)
        return notApplicable('name the credentials of another caller with --other-caller');
      const change = (call: Call) =>
        otherCaller.reduce((changed, field) => withHeader(changed, ...field), call);
      return await scene(world, change, ({ first, outcome }) => {
        const judged = judgeNotFirst(first, outcome, world.profile, 'the other caller');
        const isAnswered = outcome.kind === 'answered' && isSuccess(outcome.answer);
        if (judged.kind !== 'passed' || isAnswered) return judged;
        const status = outcome.kind === 'answered' ? outcome.answer.status : 0;
        return [401, 403].includes(status)
          ? inconclusive(`the other caller was answered ${status}: its credentials are not valid`)
          : failed(
              `the other caller was refused with ${status}: the key of one caller blocks that of another`,
            );
      });
    },
  },
];
