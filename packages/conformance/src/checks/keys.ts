import type { Check } from '../check.ts';
import { firstAnswer, isMarked, judgeReplay, usable } from '../judge/answers.ts';
import { judgeExecutions, judgeUnexecuted } from '../judge/executions.ts';
import { isRefusal, judgeForm } from '../judge/refusals.ts';
import { failed, gravest, inconclusive, notApplicable, passed, type Verdict } from '../judge/verdict.ts';
import { isSuccess } from '../wire/answer.ts';
import type { Call } from '../wire/call.ts';
import type { Outcome } from '../wire/exchange.ts';
import { quoted, withKey, withKeyLines } from '../wire/key-place.ts';
import type { World } from '../world.ts';

const group = 'Keys';
const noHeader = 'the key is not in a header';

/** Judges a request whose key must be refused. */
function judgeKeyRefused(outcome: Outcome, what: string): Verdict {
  const found = usable(outcome, what);
  if (found.kind === 'unusable') return found.verdict;
  const { status } = found.answer;
  if (isRefusal(found.answer)) return passed(`${what} was refused with ${status}`);
  return failed(`${what} was answered ${status}, and not refused`);
}

/** Sends a request whose key must be refused, and judges whether nothing took effect. */
async function refusedKey(world: World, call: Call, what: string): Promise<Verdict> {
  const { result, growth } = await world.effects.during(() => world.send(call));
  return gravest([judgeKeyRefused(result, what), ...judgeUnexecuted(growth)]);
}

/** The name of the header of the key; `undefined` if it is elsewhere. */
function headerName({ profile }: World): string | undefined {
  return profile.keyPlace.kind === 'header' ? profile.keyPlace.name : undefined;
}

/** Keys as clients send them, rightly and wrongly. */
export const keyChecks: readonly Check[] = [
  {
    id: 'key-missing',
    group,
    sentence: 'Where a key is required, a request without one is refused with 400, and takes no effect.',
    harm: 'A client that forgot the key is executed without protection.',
    claim: 'answers',
    needs: '--key-required',
    requestsMax: () => 1,
    run: async (world) => {
      if (!world.profile.isKeyRequired) return notApplicable('a key is not required');
      const { result, growth } = await world.effects.during(() => world.send(world.base));
      const found = usable(result, 'the request without a key');
      if (found.kind === 'unusable') return found.verdict;
      const { keyRequiredForm } = world.profile;
      const form = keyRequiredForm === undefined ? [] : [judgeForm(found.answer, keyRequiredForm)];
      const judged = judgeKeyRefused(result, 'the request without a key');
      const { status } = found.answer;
      const isOther = judged.kind === 'passed' && status !== 400;
      return gravest([
        isOther ? failed(`the request without a key was refused with ${status}, not 400`) : judged,
        ...(judged.kind === 'passed' ? form : []),
        ...judgeUnexecuted(growth),
      ]);
    },
  },
  {
    id: 'key-empty',
    group,
    sentence: 'An empty key is refused, and the request takes no effect.',
    harm: 'A client whose variable was empty is executed without protection, or all such clients share one key.',
    claim: 'answers',
    requestsMax: () => 1,
    run: async (world) => await refusedKey(world, await world.under(''), 'the request with an empty key'),
  },
  {
    id: 'key-quoted',
    group,
    sentence: 'The quoted and the bare spelling of one key never take effect separately.',
    harm: 'A proxy or a library that adds the quotes of the standard turns a retry into a second charge.',
    claim: 'answers',
    requestsMax: () => 2,
    run: async (world) => {
      const name = headerName(world);
      if (name === undefined) return notApplicable(noHeader);
      if (!world.profile.knowsQuotes) return notApplicable('a key is an opaque text in this protocol');
      const { keyPlace } = world.profile;
      const key = world.newKey();
      const call = await world.under(key);
      const isQuoted = keyPlace.kind === 'header' && keyPlace.isQuoted;
      const first = firstAnswer(await world.send(call));
      if (first.kind === 'unusable') return first.verdict;
      const { result, growth } = await world.effects.during(() =>
        world.send(withKeyLines(call, name, [isQuoted ? key : quoted(key)])),
      );
      const refused = judgeKeyRefused(result, 'the other spelling');
      const same = judgeReplay(first.answer, result, world.profile, 'the other spelling');
      return gravest([refused.kind === 'passed' ? refused : same, ...judgeUnexecuted(growth)]);
    },
  },
  {
    id: 'key-case',
    group,
    sentence: 'Keys that differ in upper and lower case are different keys.',
    harm: 'A database that ignores case gives one customer the answer of another.',
    claim: 'effects',
    requestsMax: () => 2,
    run: async (world) => {
      const key = world.newKey();
      const calls = [await world.under(`${key}a`), await world.under(`${key}A`)];
      return await judgeTwoKeys(world, calls, 'the key in upper case');
    },
  },
  {
    id: 'key-long',
    group,
    sentence: 'A key that is too long is refused; a long key that is accepted is never cut.',
    harm: 'Two keys with the same beginning become one, and the second order is lost.',
    claim: 'answers',
    requestsMax: () => 2,
    run: async (world) => {
      const prefix = world.newKey().padEnd(Math.max(world.profile.keyLengthMax, 255) + 45, 'x');
      const calls = [await world.under(`${prefix}1`), await world.under(`${prefix}2`)];
      const [first] = calls;
      if (first === undefined) return inconclusive('nothing was sent');
      const { result, growth } = await world.effects.during(() => world.send(first));
      const refused = gravest([judgeKeyRefused(result, 'the long key'), ...judgeUnexecuted(growth)]);
      const isAccepted = result.kind === 'answered' && isSuccess(result.answer);
      if (refused.kind === 'passed' || !isAccepted) return refused;
      if (world.profile.isLongKeyRefused) return refused;
      return await judgeTwoKeys(world, calls.slice(1), 'the long key with another end', 1);
    },
  },
  {
    id: 'key-non-ascii',
    group,
    sentence: 'A key with other characters than ASCII is refused, and the request takes no effect.',
    harm: 'Software on the way reads the bytes in another encoding, and a retry has another key.',
    claim: 'answers',
    requestsMax: () => 1,
    run: async (world) => {
      const name = headerName(world);
      if (name === undefined) return notApplicable(noHeader);
      const call = withKeyLines(await world.fresh(), name, [`ключ-${world.newKey()}`]);
      return await refusedKey(world, call, 'the key in Cyrillic letters');
    },
  },
  {
    id: 'key-twice',
    group,
    sentence: 'A request with two keys is refused, and takes no effect.',
    harm: 'It is undefined which of them counts, so a retry with one of them is a second charge.',
    claim: 'answers',
    requestsMax: () => 1,
    run: async (world) => {
      const name = headerName(world);
      if (name === undefined) return notApplicable(noHeader);
      const lines = [world.newKey(), world.newKey()].map((key) => {
        const call = withKey(world.base, world.profile.keyPlace, key);
        return call.headers.find(([own]) => own === name)?.[1] ?? key;
      });
      const call = withKeyLines(await world.fresh(), name, lines);
      return await refusedKey(world, call, 'the request with two keys');
    },
  },
];

/** Judges calls under keys that differ: none is the replay of another, and each takes effect. */
async function judgeTwoKeys(
  world: World,
  calls: readonly Call[],
  what: string,
  expected = calls.length,
): Promise<Verdict> {
  const { result, growth } = await world.effects.during(async () => {
    const outcomes: Outcome[] = [];
    for (const call of calls) outcomes.push(await world.send(call));
    return outcomes;
  });
  const verdicts = result.map((outcome): Verdict => {
    const found = usable(outcome, what);
    if (found.kind === 'unusable') return found.verdict;
    if (isMarked(found.answer, world.profile)) return failed(`${what} got the answer of another key`);
    if (isSuccess(found.answer)) return passed('each is executed');
    return notApplicable(`${what} is not accepted (${found.answer.status})`);
  });
  const answers = gravest(verdicts);
  return answers.kind === 'passed' ? gravest([answers, judgeExecutions(growth, expected)]) : answers;
}
