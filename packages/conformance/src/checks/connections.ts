import type { Check } from '../check.ts';
import { firstAnswer, judgeReplay, usable } from '../judge/answers.ts';
import { judgeExecutions, judgeUnexecuted } from '../judge/executions.ts';
import { failed, gravest, inconclusive, passed, type Verdict } from '../judge/verdict.ts';
import { isSuccess } from '../wire/answer.ts';
import type { Manner, Outcome } from '../wire/exchange.ts';
import type { World } from '../world.ts';

const group = 'Clients that leave';
/** How often a client leaves, each time after another delay. */
const rounds = 6;
const leavesWithinMs = 12;

/** Judges the retry of a client that did not read the answer. */
function judgeRetry(outcome: Outcome): Verdict {
  const found = usable(outcome, 'the retry');
  if (found.kind === 'unusable') return found.verdict;
  const { status } = found.answer;
  if (isSuccess(found.answer)) return passed(`the retry was answered ${status}`);
  return failed(`the retry was answered ${status}: the client cannot learn what became of its request`);
}

/** Sends requests and leaves; each is then sent again until it is answered. */
async function leaveAndRetry(world: World, by: 'close' | 'reset'): Promise<Verdict> {
  const verdicts: Verdict[] = [];
  const { growth } = await world.effects.during(async () => {
    for (let round = 0; round < rounds; round++) {
      const call = await world.fresh();
      const afterMs = round === 0 ? 0 : world.random.below(leavesWithinMs, `${by} ${round}`);
      await world.send(call, { kind: 'hang-up', by, afterMs });
      const verdict = judgeRetry(await world.untilFinal(call));
      verdicts.push(verdict);
      // A stuck key uses up the whole `--patience`, so one is enough.
      if (verdict.kind !== 'passed') break;
    }
  });
  return gravest([...verdicts, judgeExecutions(growth, verdicts.length)]);
}

/** Sends a request in some manner, and after that as usual: both are one operation. */
async function inManner(world: World, manner: Manner, what: string): Promise<Verdict> {
  const call = await world.fresh();
  const { result, growth } = await world.effects.during(async () => {
    const first = firstAnswer(await world.send(call, manner), what);
    return { first, again: await world.untilFinal(call) };
  });
  const { first, again } = result;
  const judged =
    first.kind === 'unusable' ? judgeRetry(again) : judgeReplay(first.answer, again, world.profile);
  return gravest([judged, judgeExecutions(growth, 1)]);
}

const retries = 8;

/** Clients whose connection ends before they have the answer, and clients that are slow. */
export const connectionChecks: readonly Check[] = [
  {
    id: 'hang-up-close',
    group,
    sentence:
      'A client that closes the connection after its request gets the answer by a retry, and it takes effect once.',
    harm: 'A timeout in a client or a proxy becomes a second charge, or an order that cannot be finished.',
    claim: 'effects',
    requestsMax: () => rounds * (1 + retries),
    run: (world) => leaveAndRetry(world, 'close'),
  },
  {
    id: 'hang-up-reset',
    group,
    sentence:
      'A client whose connection is reset after its request gets the answer by a retry, and it takes effect once.',
    harm: 'A phone that loses its connection for a moment is charged twice.',
    claim: 'effects',
    requestsMax: () => rounds * (1 + retries),
    run: (world) => leaveAndRetry(world, 'reset'),
  },
  {
    id: 'half-close',
    group,
    sentence:
      'A client that closes only its side after the request is executed once, and gets its answer then or by a retry.',
    harm: 'The request of a client that closes its sending side early is cancelled half-way.',
    claim: 'effects',
    requestsMax: () => 1 + retries,
    run: (world) => inManner(world, { kind: 'half-close' }, 'the half-closed request'),
  },
  {
    id: 'hang-up-in-answer',
    group,
    sentence: 'A client whose connection is reset while the answer arrives gets that answer by a retry.',
    harm: 'The record of the key is lost with the connection, and the retry is a second charge.',
    claim: 'effects',
    requestsMax: () => 2 + retries,
    run: async (world) => {
      const call = await world.fresh();
      const { result, growth } = await world.effects.during(async () => {
        await world.send(call, { kind: 'hang-up-in-answer' });
        const first = firstAnswer(await world.untilFinal(call), 'the retry');
        return { first, again: await world.send(call) };
      });
      const { first, again } = result;
      if (first.kind === 'unusable') return first.verdict;
      return gravest([judgeReplay(first.answer, again, world.profile), judgeExecutions(growth, 1)]);
    },
  },
  {
    id: 'half-body',
    group,
    sentence: 'A request whose body breaks off takes no effect, and its key is free.',
    harm: 'An incomplete order is executed with the part that arrived, or its key is blocked for the complete one.',
    claim: 'answers',
    requestsMax: () => 2 + retries,
    run: async (world) => {
      const call = await world.fresh();
      if (call.body.length < 2) return inconclusive('the body is too short to break off');
      const half = await world.effects.during(() => world.send(call, { kind: 'half-body' }));
      const outcome = await world.untilFinal(call);
      const found = usable(outcome, 'the whole request');
      if (found.kind === 'unusable') return found.verdict;
      const { status } = found.answer;
      const judged = isSuccess(found.answer)
        ? passed(`the whole request was answered ${status}`)
        : failed(`the whole request was answered ${status}`);
      return gravest([judged, ...judgeUnexecuted(half.growth)]);
    },
  },
  {
    id: 'slow-client',
    group,
    sentence: 'A client that sends in small pieces and reads late gets the same result as a fast one.',
    harm: 'What is compared depends on how the network cut it, and a retry over another network is refused.',
    claim: 'effects',
    requestsMax: () => 1 + retries,
    run: (world) => inManner(world, { kind: 'slow', pieces: 5, pauseMs: 15 }, 'the slow request'),
  },
];
