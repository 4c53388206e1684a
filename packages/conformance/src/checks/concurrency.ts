import type { Check } from '../check.ts';
import { firstAnswer, isSameAnswer, judgeReplay, usable } from '../judge/answers.ts';
import { judgeExecutions } from '../judge/executions.ts';
import { isRefusal, isUnable } from '../judge/refusals.ts';
import { failed, gravest, inconclusive, notApplicable, passed, type Verdict } from '../judge/verdict.ts';
import { type Answer, headerOf, isSuccess } from '../wire/answer.ts';
import type { Call } from '../wire/call.ts';
import type { Outcome } from '../wire/exchange.ts';
import type { World } from '../world.ts';

const group = 'Duplicates at the same time';

/** Judges the answers to duplicates: all successes are the same answer. */
function judgeDuplicates(outcomes: readonly Outcome[], world: World): Verdict {
  const verdicts = outcomes.map((outcome): Verdict => {
    if (outcome.kind !== 'answered') return inconclusive('a duplicate got no answer');
    const { answer } = outcome;
    // Another check judges the status of a refusal.
    if (isSuccess(answer) || isRefusal(answer)) return passed('each duplicate was answered or refused');
    return inconclusive(`a duplicate was answered ${answer.status}`);
  });
  const successes = successesOf(outcomes);
  const [one] = successes;
  const different = successes.filter(
    (answer) => one !== undefined && !isSameAnswer(one, answer, world.profile),
  );
  if (one === undefined) verdicts.push(failed('no duplicate was answered with success'));
  if (different.length > 0) verdicts.push(failed('duplicates got different answers of success'));
  return gravest(verdicts);
}

function successesOf(outcomes: readonly Outcome[]): readonly Answer[] {
  return outcomes.flatMap((outcome) =>
    outcome.kind === 'answered' && isSuccess(outcome.answer) ? [outcome.answer] : [],
  );
}

/**
 * Sends duplicates at the same time, and one more after them. Judges whether their answers agree, and whether there was
 * one execution.
 */
async function judgeTogether(world: World, calls: readonly Call[]): Promise<Verdict> {
  const [last] = calls.slice(-1);
  if (last === undefined) return inconclusive('nothing was sent');
  const { result, growth } = await world.effects.during(async () => {
    const outcomes = await world.sendTogether(calls);
    return [...outcomes, await world.untilFinal(last)];
  });
  return gravest([judgeDuplicates(result, world), judgeExecutions(growth, 1)]);
}

/** The refusals of duplicates whose first request had not ended. */
async function refusedDuplicates(world: World, judge: (refusal: Answer) => Verdict): Promise<Verdict> {
  const call = await world.fresh();
  const outcomes = await world.sendTogether(
    Array.from({ length: world.plan.limits.concurrency }, () => call),
  );
  const refused = outcomes.flatMap((outcome) =>
    outcome.kind === 'answered' && !isSuccess(outcome.answer) ? [outcome.answer] : [],
  );
  const [busy] = refused.filter(isUnable);
  if (busy !== undefined) return inconclusive(`a duplicate was answered ${busy.status}`);
  if (refused.length > 0) return gravest(refused.map(judge));
  if (outcomes.some(({ kind }) => kind === 'broken')) return inconclusive('a duplicate got no answer');
  return notApplicable('no duplicate was refused: they wait, or the first request had ended');
}

const duplicates = (concurrency: number) => concurrency + 6;

/** Duplicates that overlap. */
export const concurrencyChecks: readonly Check[] = [
  {
    id: 'concurrent-once',
    group,
    sentence: 'Duplicates at the same time take effect once, and their answers agree.',
    harm: 'An impatient client, or a double click, is charged several times.',
    claim: 'effects',
    requestsMax: (concurrency) => 3 * duplicates(concurrency),
    run: async (world) => {
      const verdicts: Verdict[] = [];
      for (let round = 0; round < 3; round++) {
        const call = await world.fresh();
        verdicts.push(
          await judgeTogether(
            world,
            Array.from({ length: world.plan.limits.concurrency }, () => call),
          ),
        );
      }
      return gravest(verdicts);
    },
  },
  {
    id: 'concurrent-mismatch',
    group,
    sentence:
      'Of two different bodies at the same time under one key, one takes effect and the other is refused.',
    harm: 'A key that two parts of a client use at once books both, or answers one with the result of the other.',
    claim: 'answers',
    requestsMax: () => 2,
    run: async (world) => {
      if (!world.isVariable)
        return notApplicable('the body has no member that could be changed: name one with --vary');
      const call = await world.fresh();
      const outcomes = await world.sendTogether([call, world.varied(call)]);
      const unclear = outcomes
        .map((outcome) => usable(outcome, 'a request'))
        .filter(({ kind }) => kind === 'unusable');
      if (unclear.length > 0) return inconclusive('not both requests were answered');
      const successes = successesOf(outcomes).length;
      if (successes === 1) return passed('one was executed, the other was refused');
      return successes === 2
        ? failed('both were answered with success')
        : inconclusive('neither was executed');
    },
  },
  {
    id: 'in-flight-status',
    group,
    sentence:
      'A duplicate of a request that has not ended waits, or is refused with the status of the protocol.',
    harm: 'A client takes “not yet” for “no”, and sends the order again under another key.',
    claim: 'answers',
    requestsMax: duplicates,
    run: (world) =>
      refusedDuplicates(world, ({ status }) => {
        const { inFlightStatuses } = world.profile;
        return inFlightStatuses.includes(status)
          ? passed(`it was refused with ${status}`)
          : failed(`it was refused with ${status}, not ${inFlightStatuses.join(' or ')}`);
      }),
  },
  {
    id: 'in-flight-retry-after',
    group,
    sentence: 'The refusal of a duplicate whose first request has not ended says when to try again.',
    harm: 'Clients retry at once, and make a slow server slower.',
    claim: 'answers',
    requestsMax: duplicates,
    run: (world) =>
      refusedDuplicates(world, (refusal) => {
        const isInBody = /"retry_?after/i.test(refusal.body.toString());
        return headerOf(refusal, 'retry-after') !== undefined || isInBody
          ? passed('it has Retry-After')
          : failed('it has no Retry-After');
      }),
  },
  {
    id: 'instances-replay',
    group: 'Two instances',
    sentence: 'A retry that reaches another instance gets the first answer.',
    harm: 'With a load balancer, every second retry becomes a new order.',
    claim: 'answers',
    needs: '--second',
    requestsMax: () => 2,
    run: async (world) => {
      const { second } = world.plan;
      if (second === undefined) return notApplicable('name another instance with --second');
      const call = await world.fresh();
      const first = firstAnswer(await world.send(call));
      if (first.kind === 'unusable') return first.verdict;
      return judgeReplay(
        first.answer,
        await world.send(at(second, call)),
        world.profile,
        'the retry at the other instance',
      );
    },
  },
  {
    id: 'instances-once',
    group: 'Two instances',
    sentence: 'Duplicates at the same time at two instances take effect once, and their answers agree.',
    harm: 'With a load balancer, an impatient client is charged twice.',
    claim: 'effects',
    needs: '--second',
    requestsMax: (concurrency) => 3 * duplicates(concurrency),
    run: async (world) => {
      const { second } = world.plan;
      if (second === undefined) return notApplicable('name another instance with --second');
      const verdicts: Verdict[] = [];
      for (let round = 0; round < 3; round++) {
        const call = await world.fresh();
        const other = at(second, call);
        const calls = Array.from({ length: world.plan.limits.concurrency }, (_, turn) =>
          turn % 2 === 0 ? call : other,
        );
        verdicts.push(await judgeTogether(world, calls));
      }
      return gravest(verdicts);
    },
  },
];

/** The call to another instance: its path and query are those of the URL of that instance. */
function at(instance: URL, call: Call): Call {
  return { ...call, origin: new URL(instance.origin), target: `${instance.pathname}${instance.search}` };
}
