import type { Check } from '../check.ts';
import { isMarked, usable } from '../judge/answers.ts';
import { judgeUnexecuted } from '../judge/executions.ts';
import { isRefusal } from '../judge/refusals.ts';
import { failed, gravest, inconclusive, notApplicable, passed, type Verdict } from '../judge/verdict.ts';
import { isSuccess } from '../wire/answer.ts';
import { type Call, withBody } from '../wire/call.ts';
import { withKey } from '../wire/key-place.ts';
import type { World } from '../world.ts';

const group = 'Errors under a key';

/** The statuses of two equal requests that are not executed. */
async function statusesOf(
  world: World,
  call: Call,
): Promise<{ readonly statuses: readonly [number, number]; readonly effects: readonly Verdict[] } | Verdict> {
  const { result, growth } = await world.effects.during(async () => [
    await world.send(call),
    await world.send(call),
  ]);
  const [first, again] = result.map((outcome) => usable(outcome, 'a request'));
  if (first?.kind !== 'usable' || again?.kind !== 'usable') {
    return first?.kind === 'unusable' ? first.verdict : inconclusive('the retry got no answer');
  }
  return { statuses: [first.answer.status, again.answer.status], effects: judgeUnexecuted(growth) };
}

/** A request with another body, under a new key. */
async function withOtherBody(world: World, body: Buffer): Promise<Call> {
  return await world.under(world.newKey(), { ...world.base, body });
}

/** Judges the key of a request that was not executed, by the answer to the right request. */
function judgeRightRequest(world: World, status: number): Verdict {
  if (status < 300) return passed(`the right request was answered ${status}`);
  if (status >= 500) return failed(`the right request was answered ${status}`);
  return world.profile.freesClientErrors
    ? failed(`the key is not free: the right request was refused with ${status}`)
    : passed(`the key stays with the refused request (${status})`);
}

/** Errors, and the requests that follow them under the same key. */
export const errorChecks: readonly Check[] = [
  {
    id: 'malformed-body',
    group,
    sentence: 'A body that cannot be parsed is refused, takes no effect, and does not block its key.',
    harm: 'A client that sends half a document is answered 500, or its key is in progress for ever.',
    claim: 'answers',
    requestsMax: () => 3,
    run: async (world) => {
      const call = await world.fresh();
      if (world.profile.keyPlace.kind === 'member') return notApplicable('the key is in the body');
      const broken = withBody(call, `${call.body.toString().slice(0, -1)}`);
      const { result, growth } = await world.effects.during(() => world.send(broken));
      const first = usable(result, 'the malformed request');
      if (first.kind === 'unusable') return first.verdict;
      const { status } = first.answer;
      if (isSuccess(first.answer)) return notApplicable(`the API takes such a body (${status})`);
      if (!isRefusal(first.answer)) return failed(`the malformed request was answered ${status}`);
      const again = usable(await world.send(broken), 'the malformed request again');
      if (again.kind === 'unusable') return again.verdict;
      if (again.answer.status !== status) {
        return failed(`it was refused with ${status}, then with ${again.answer.status}`);
      }
      const right = usable(await world.send(call), 'the right request');
      if (right.kind === 'unusable') return right.verdict;
      return gravest([judgeRightRequest(world, right.answer.status), ...judgeUnexecuted(growth)]);
    },
  },
  {
    id: 'client-error',
    group,
    sentence: 'A request that is refused for its content is refused in the same way when it is sent again.',
    harm: 'The retry of a wrong request is answered “in progress” or “conflict”, and the client never learns what was wrong.',
    claim: 'answers',
    requestsMax: () => 3,
    run: async (world) => {
      const bad = await withOtherBody(world, world.plan.badBody ?? Buffer.from('{}'));
      const found = await statusesOf(world, bad);
      if ('kind' in found) return found;
      const [first, again] = found.statuses;
      if (first < 400 || first >= 500) {
        return notApplicable(
          `the API answers {} with ${first}: name a body that it refuses with --bad-request`,
        );
      }
      const same =
        again === first
          ? passed(`both were refused with ${first}`)
          : failed(`it was refused with ${first}, then with ${again}`);
      if (!world.profile.freesClientErrors) return gravest([same, ...found.effects]);
      const key = world.newKey();
      await world.send(await world.under(key, { ...world.base, body: bad.body }));
      const right = usable(
        await world.send(withKey(world.base, world.profile.keyPlace, key)),
        'the right request',
      );
      if (right.kind === 'unusable') return right.verdict;
      return gravest([same, judgeRightRequest(world, right.answer.status), ...found.effects]);
    },
  },
  {
    id: 'server-error',
    group,
    sentence: 'After an answer of 5xx the key is not stuck: a retry is executed again, or gets that answer.',
    harm: 'One failure of a database blocks an order until the key expires.',
    claim: 'answers',
    needs: '--failing-request',
    requestsMax: () => 2,
    run: async (world) => {
      const { failingBody } = world.plan;
      if (failingBody === undefined)
        return notApplicable('name a body that the API fails on with --failing-request');
      const call = await withOtherBody(world, failingBody);
      const first = await world.send(call);
      if (first.kind !== 'answered') return inconclusive('the failing request got no answer');
      if (first.answer.status < 500)
        return notApplicable(`the API answered ${first.answer.status}, and did not fail`);
      const again = await world.send(call);
      if (again.kind !== 'answered') return inconclusive('the retry got no answer');
      const { status } = again.answer;
      if (status < 300 || (status >= 500 && !isMarked(again.answer, world.profile))) {
        return passed(`the failing request was answered ${first.answer.status}, its retry ${status}`);
      }
      if (status >= 500) {
        return world.profile.keepsServerErrors
          ? passed(`the retry got the stored ${status}`)
          : failed(`the retry got the stored ${status}: the operation is not tried again`);
      }
      return failed(`the retry was refused with ${status}: the key is stuck`);
    },
  },
  {
    id: 'unpaid-then-paid',
    group,
    sentence: 'A request that was answered 402 is executed under the same key once it is paid.',
    harm: 'The demand for payment is replayed to a client that has paid.',
    claim: 'answers',
    needs: '--payment',
    requestsMax: () => 2,
    run: async (world) => {
      const { payment, headers } = world.plan;
      const { keyPlace } = world.profile;
      if (payment.length === 0) return notApplicable('name the header that pays with --payment');
      if (keyPlace.kind === 'payment') return notApplicable('the key is in the payment');
      const key = world.newKey();
      const unpaid = usable(
        await world.send(withKey({ ...world.base, headers }, keyPlace, key)),
        'the unpaid request',
      );
      if (unpaid.kind === 'unusable') return unpaid.verdict;
      if (unpaid.answer.status !== 402)
        return notApplicable(`the unpaid request was answered ${unpaid.answer.status}`);
      const paid = usable(await world.send(await world.under(key)), 'the paid request');
      if (paid.kind === 'unusable') return paid.verdict;
      const { status } = paid.answer;
      return isSuccess(paid.answer)
        ? passed(`unpaid 402, paid ${status}`)
        : failed(`the paid request was answered ${status}`);
    },
  },
];
