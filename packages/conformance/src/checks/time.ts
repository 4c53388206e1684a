import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../check.ts';
import { firstAnswer, isMarked, isSameAnswer, usable } from '../judge/answers.ts';
import { judgeUnexecuted } from '../judge/executions.ts';
import { isUnable } from '../judge/refusals.ts';
import { failed, gravest, inconclusive, notApplicable, passed } from '../judge/verdict.ts';
import { isSuccess } from '../wire/answer.ts';

/** The additional wait after the time for which the API keeps an answer. */
const graceMs = 300;
/** How often the request is tried: one answer is enough, and a connection may break. */
const attempts = 3;

/** Checks of what happens later. The last check of a run is `late-effects`. */
export const timeChecks: readonly Check[] = [
  {
    id: 'expiry',
    group: 'Time',
    sentence: 'A request whose answer has expired is not executed again: it is refused.',
    harm: 'A queue that retries on the next day charges again.',
    claim: 'answers',
    needs: '--expires-after',
    requestsMax: () => 2,
    run: async (world) => {
      const { expiresAfterMs } = world.plan;
      if (expiresAfterMs === undefined)
        return notApplicable('say with --expires-after how long an answer is kept');
      const call = await world.fresh();
      const first = firstAnswer(await world.send(call));
      if (first.kind === 'unusable') return first.verdict;
      await sleep(expiresAfterMs + graceMs);
      const { result, growth } = await world.effects.during(() => world.send(call));
      const late = usable(result, 'the late retry');
      if (late.kind === 'unusable') return late.verdict;
      const { status } = late.answer;
      if (status >= 500) return inconclusive(`the late retry was answered ${status}`);
      const isReplay = isSameAnswer(first.answer, late.answer, world.profile);
      const judged =
        isSuccess(late.answer) && !isReplay
          ? failed(`the late retry was executed again (${status})`)
          : passed(
              isReplay
                ? 'the late retry still gets the first answer'
                : `the late retry was refused with ${status}`,
            );
      // An API that gives every execution the same answer looks the same.
      if (isReplay && growth.kind === 'unknown' && !isMarked(late.answer, world.profile)) {
        return inconclusive(`it is unknown whether it was executed again: ${growth.reason}`);
      }
      return gravest([judged, ...judgeUnexecuted(growth)]);
    },
  },
  {
    id: 'still-answers',
    group: 'Time',
    sentence: 'After all checks the API still executes the request.',
    harm: 'One broken client makes the service unavailable for all others.',
    claim: 'answers',
    requestsMax: () => attempts,
    run: async (world) => {
      let outcome = await world.send(await world.fresh());
      for (let attempt = 1; attempt < attempts && outcome.kind !== 'answered'; attempt++) {
        await sleep(200);
        outcome = await world.send(await world.fresh());
      }
      if (outcome.kind !== 'answered') return failed('the API gives no answer any more');
      const { status } = outcome.answer;
      if (isUnable(outcome.answer)) return inconclusive(`it was answered ${status}`);
      return isSuccess(outcome.answer)
        ? passed(`it was answered ${status}`)
        : failed(`it was answered ${status}`);
    },
  },
  {
    id: 'late-effects',
    group: 'Time',
    sentence: 'No effect appears after the check that it belongs to has ended.',
    harm: 'A request that was abandoned, refused or answered is executed later, unexpectedly.',
    claim: 'effects',
    requestsMax: () => 0,
    run: async (world) => {
      const { growth } = await world.effects.during(async () => {
        await sleep(4 * world.plan.limits.settleMs);
        world.effects.touch();
      });
      if (growth.kind === 'unknown') return inconclusive(`effects cannot be counted: ${growth.reason}`);
      const { late } = world.effects;
      const [after] = judgeUnexecuted(growth);
      if (after !== undefined) return after;
      if (late !== 0n)
        return failed(`the count changed by ${late} between the checks: late effects, or other clients`);
      return passed('every effect was counted while its check ran');
    },
  },
];
