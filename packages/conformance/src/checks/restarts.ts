import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../check.ts';
import { firstAnswer, judgeReplay, usable } from '../judge/answers.ts';
import { judgeExecutions } from '../judge/executions.ts';
import { isInFlight } from '../judge/refusals.ts';
import { failed, gravest, inconclusive, notApplicable, passed, type Verdict } from '../judge/verdict.ts';
import { isSuccess } from '../wire/answer.ts';
import type { Outcome } from '../wire/exchange.ts';
import type { World } from '../world.ts';

const group = 'Restarts';
const noStart = notApplicable('name the command that starts the API with --start');
/** Requests that are on their way when the process is killed. */
const onTheWay = 8;

/** A request is answered, the process ends and starts again, and the request is sent again. */
async function acrossRestart(world: World, signal: 'SIGTERM' | 'SIGKILL'): Promise<Verdict> {
  const { subject } = world;
  if (subject === undefined) return noStart;
  const call = await world.fresh();
  const { result, growth } = await world.effects.during(async () => {
    const first = firstAnswer(await world.send(call));
    await subject.stop(signal);
    await subject.start();
    return { first, again: await world.untilFinal(call) };
  });
  const { first, again } = result;
  if (first.kind === 'unusable') return first.verdict;
  const judged = judgeReplay(first.answer, again, world.profile, 'the retry after the restart');
  return gravest([judged, judgeExecutions(growth, 1)]);
}

/** Kills the process while requests are on their way, starts it again, and retries each of them. */
async function killOnTheWay(world: World) {
  const { subject } = world;
  if (subject === undefined) return undefined;
  const batch = () => Promise.all(Array.from({ length: onTheWay }, () => world.fresh()));
  const startMs = performance.now();
  await world.sendTogether(await batch());
  const tookMs = performance.now() - startMs;
  return await world.effects.during(async () => {
    const calls = await batch();
    const sending = world.sendTogether(calls);
    // In the middle of the time that such a batch takes.
    await sleep((tookMs * (30 + world.random.below(40, 'kill'))) / 100);
    await subject.stop('SIGKILL');
    const before = await sending;
    await subject.start();
    const after = await Promise.all(calls.map((call) => world.untilFinal(call)));
    return { before, after };
  });
}

function isAnswered(outcome: Outcome): boolean {
  return outcome.kind === 'answered' && isSuccess(outcome.answer);
}

/** Processes that end between a request and its retry. */
export const restartChecks: readonly Check[] = [
  {
    id: 'restart-replay',
    group,
    sentence: 'After a regular restart a retry gets the first answer, and nothing is executed again.',
    harm: 'Every deployment turns the retries of that minute into second charges.',
    claim: 'effects',
    needs: '--start',
    requestsMax: () => 10,
    run: (world) => acrossRestart(world, 'SIGTERM'),
  },
  {
    id: 'kill-replay',
    group,
    sentence: 'After kill -9 a retry gets the first answer, and nothing is executed again.',
    harm: 'A crash forgets what was answered, and each retry is a second charge.',
    claim: 'effects',
    needs: '--start',
    requestsMax: () => 10,
    run: (world) => acrossRestart(world, 'SIGKILL'),
  },
  {
    id: 'kill-in-flight',
    group,
    sentence:
      'Requests that were on their way at kill -9 take effect at most once, and none that was answered is lost.',
    harm: 'A crash in the middle of a request doubles it, or loses what the client was promised.',
    claim: 'effects',
    needs: '--start',
    requestsMax: () => onTheWay * 11,
    run: async (world) => {
      const found = await killOnTheWay(world);
      if (found === undefined) return noStart;
      const { result, growth } = found;
      const answered = result.after.filter(
        (outcome, at) => isAnswered(outcome) || isAnswered(result.before[at] ?? outcome),
      );
      if (growth.kind !== 'counted') return judgeExecutions(growth, answered.length);
      const { executions } = growth;
      if (executions > onTheWay) return failed(`${onTheWay} requests were executed ${executions} times`);
      if (executions < answered.length) {
        return failed(
          `${answered.length} requests were answered with success, and ${executions} executions counted`,
        );
      }
      return passed(
        `${onTheWay} requests: ${answered.length} answered with success, ${executions} executions counted`,
      );
    },
  },
  {
    id: 'kill-frees-keys',
    group,
    sentence: 'After kill -9 the key of a request that was on its way is not in progress for ever.',
    harm: 'After a crash the client can neither finish its order nor learn what became of it.',
    claim: 'answers',
    needs: '--start',
    requestsMax: () => onTheWay * 25,
    run: async (world) => {
      const found = await killOnTheWay(world);
      if (found === undefined) return noStart;
      const patience = `${world.plan.limits.patienceMs / 1000} s`;
      return gravest(
        found.result.after.map((outcome): Verdict => {
          if (outcome.kind === 'answered' && isInFlight(outcome.answer, world.profile)) {
            return failed(`a key was refused with ${outcome.answer.status} for ${patience} after the start`);
          }
          const answer = usable(outcome, 'a retry');
          if (answer.kind === 'unusable') return answer.verdict;
          const { status } = answer.answer;
          return status < 500
            ? passed('each key has a final answer')
            : inconclusive(`a retry was answered ${status}`);
        }),
      );
    },
  },
];
