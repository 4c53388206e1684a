import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Api } from '../harness/api.ts';
import { figure } from '../harness/proofs.ts';
import { type Random, seededRandom } from '../harness/seeded-random.ts';
import { AgentModel } from './agent-model.ts';
import { priceStroops } from './calls.ts';
import { AgentClients, type History, serviceIds } from './clients.ts';
import { joinAttempts } from './join-attempts.ts';
import { checkLinearizable } from './linearizable.ts';

/** One or more servers, and the failures that they get. */
export interface World {
  /** the servers that can be called now */
  apis(): readonly Api[];
  /**
   * Causes one failure, ends it, and returns its name. Calls `onDead` if no earlier request can take effect any more,
   * because the servers are dead.
   */
  strike(random: Random, onDead: () => void): Promise<string>;
  /** Ends the remaining effects of strikes. */
  calm?(): void;
}

const agentCount = 6;
const clientsPerAgent = 4;
/** At most this many calls are answered between two strikes. */
const breathMax = 200;

/**
 * Lets clients call during failures, and checks that the history of each agent is possible for calls executed one after
 * another: each took effect once, between its first attempt and its answer. Returns how much was done.
 */
export async function assertHistory(t: TestContext, world: World, strikes: number): Promise<string> {
  const random = seededRandom(t);
  const [api] = world.apis();
  assert.ok(api);
  for (const serviceId of serviceIds)
    await api.post('/services', { serviceId, priceStroops: Number(priceStroops) }, `price-${serviceId}`);
  let ticks = 0;
  const tick = () => (ticks += 1);
  const agents = Array.from(
    { length: agentCount },
    (_, index) => new AgentClients(`agent-${index}`, index % 2 === 1, random, tick, () => world.apis()),
  );
  for (const agent of agents) await agent.prepare(api);
  const deadAt: number[] = [];
  const struck = await strikeWhile(
    agents,
    (one) => world.strike(one, () => deadAt.push(tick())),
    random,
    strikes,
  );
  world.calm?.();
  for (const agent of agents) await agent.finish();
  const attempts = agents.flatMap(({ history }) => history);
  const unheard = attempts.filter(({ answer }) => answer === undefined).length;
  const words = [...struck].map(([what, count]) => `${what} ${figure(count)} ×`).join(', ');
  t.diagnostic(`${attempts.length} attempts, ${unheard} of them not answered; ${words}`);
  for (const agent of agents) assertLinearizable(ended(agent.history, deadAt), agent.isPrepaid, agent.agent);
  const [last] = world.apis();
  const audit = (await last?.get('/audit'))?.json;
  assert.deepEqual([audit.ok, audit.differences, audit.balances.differences], [true, [], []]);
  return `${figure(attempts.length)} calls, ${figure(unheard)} of them not answered; ${words}`;
}

/** An unanswered call ends with the server that it was sent to. */
function ended(attempts: History, deadAt: readonly number[]): History {
  return attempts.map((attempt) =>
    attempt.answer === undefined
      ? { ...attempt, answeredAt: deadAt.find((at) => at > attempt.calledAt) ?? Number.POSITIVE_INFINITY }
      : attempt,
  );
}

/** Fails with a description if a history is not linearizable. */
function assertLinearizable(attempts: History, isPrepaid: boolean, agent: string): void {
  const history = joinAttempts(attempts);
  const verdict = checkLinearizable(history, new AgentModel(isPrepaid));
  if (verdict.isLinearizable === true) return;
  if (verdict.isLinearizable === 'unknown')
    throw new Error(`${agent}: undecided after ${verdict.steps} steps`);
  const { explained, stuck } = verdict;
  const show = (value: unknown) =>
    JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? `${one}` : one));
  throw new assert.AssertionError({
    message: `${agent}: no order of its calls explains more than ${explained} answers of ${history.length}; next could be\n${stuck.map(show).join('\n')}`,
  });
}

async function strikeWhile(
  agents: readonly AgentClients[],
  strikeOnce: (random: Random) => Promise<string>,
  random: Random,
  strikes: number,
): Promise<ReadonlyMap<string, number>> {
  const struck = new Map<string, number>();
  let isOver = false;
  let breath = random.below(breathMax);
  let isStriking = false;
  const strike = async () => {
    isStriking = true;
    const what = await strikeOnce(random);
    struck.set(what, (struck.get(what) ?? 0) + 1);
    isStriking = false;
    breath = random.below(breathMax);
  };
  const blows: Promise<void>[] = [];
  const live = async (agent: AgentClients) => {
    while (!isOver) {
      await agent.step();
      breath -= 1;
      if (breath > 0 || isStriking) continue;
      if (blows.length < strikes) blows.push(strike());
      else isOver = true;
    }
  };
  await Promise.all(agents.flatMap((agent) => Array.from({ length: clientsPerAgent }, () => live(agent))));
  await Promise.all(blows);
  return struck;
}
