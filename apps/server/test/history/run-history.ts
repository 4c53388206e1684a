import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Api } from '../harness/api.ts';
import { onEnd } from '../harness/on-end.ts';
import { type Random, seededRandom, seedOf } from '../harness/seeded-random.ts';
import { AgentModel } from './agent-model.ts';
import { priceStroops } from './calls.ts';
import { AgentClients, type History, serviceIds } from './clients.ts';
import { type HistoryFigures, wordsOf } from './history-figures.ts';
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
  /** Waits until no request can take effect any more, when no client calls. Without it, answered calls are enough. */
  quiet?(): Promise<void>;
}

/** The size of a history. */
export interface HistorySize {
  readonly strikes: number;
  /** after so many strikes a part of the history ends: all calls are answered, and it is checked and forgotten; default all */
  readonly strikesPerPart?: number;
  readonly agents?: number;
  readonly clientsPerAgent?: number;
  /** at most this many calls are answered between two strikes */
  readonly breathMax?: number;
  /** the most items of a bulk; without it, no client sends bulks */
  readonly bulkItemsMax?: number;
  /** no part begins after so many minutes; default: no limit */
  readonly minutesMax?: number;
  /** added to the seed, so that histories at the same time differ */
  readonly turn?: number;
}

const defaults = {
  agents: 6,
  clientsPerAgent: 4,
  breathMax: 200,
  bulkItemsMax: 0,
  minutesMax: Number.POSITIVE_INFINITY,
};
const msPerMinute = 60_000;
/** So many parts are checked between two audits. */
const partsPerAudit = 20;

/**
 * Lets clients call during failures, and checks that the history of each agent is possible for calls executed one after
 * another: each took effect once, between its first attempt and its answer. Returns how much was done.
 */
export async function assertHistory(
  t: TestContext,
  world: World,
  size: HistorySize,
): Promise<HistoryFigures> {
  const random = seededRandom(t, seedOf(t) + (size.turn ?? 0));
  const endsAt = performance.now() + (size.minutesMax ?? defaults.minutesMax) * msPerMinute;
  const [api] = world.apis();
  assert.ok(api);
  for (const serviceId of serviceIds)
    await api.post('/services', { serviceId, priceStroops: Number(priceStroops) }, `price-${serviceId}`);
  const chosen = { ...defaults, strikesPerPart: size.strikes, ...size };
  let hasEnded = false;
  onEnd(t, () => {
    hasEnded = true;
  });
  const run = new HistoryRun(world, random, chosen, () => hasEnded);
  await run.prepare(api);
  for (let part = 1; run.strikesLeft > 0 && performance.now() < endsAt; part++) {
    await run.doPart();
    if (part % partsPerAudit !== 0) continue;
    await assertAudit(world);
    t.diagnostic(`part ${part}: ${wordsOf(run.figures)}`);
  }
  await assertAudit(world);
  t.diagnostic(wordsOf(run.figures));
  return run.figures;
}

async function assertAudit(world: World): Promise<void> {
  const [api] = world.apis();
  const audit = (await api?.get('/audit'))?.json;
  assert.deepEqual([audit.ok, audit.differences, audit.balances.differences], [true, [], []]);
}

/** The clients of an agent, and its books as the model has them after the last part. */
interface Agent {
  readonly clients: AgentClients;
  readonly model: AgentModel;
}

class HistoryRun {
  readonly #world: World;
  readonly #random: Random;
  readonly #size: typeof defaults & { readonly strikesPerPart: number };
  readonly #agents: readonly Agent[];
  readonly #struck = new Map<string, number>();
  strikesLeft: number;
  #ticks = 0;
  #unheard = 0;

  constructor(
    world: World,
    random: Random,
    size: typeof defaults & { readonly strikes: number; readonly strikesPerPart: number },
    isOver: () => boolean,
  ) {
    this.#world = world;
    this.#random = random;
    this.#size = size;
    this.strikesLeft = size.strikes;
    const { bulkItemsMax } = size;
    this.#agents = Array.from({ length: size.agents }, (_, index) => {
      const settings = { agent: `agent-${index}`, isPrepaid: index % 2 === 1, random, bulkItemsMax, isOver };
      const clients = new AgentClients({ ...settings, tick: this.#tick, apis: () => world.apis() });
      return { clients, model: new AgentModel(clients.isPrepaid) };
    });
  }

  get figures(): HistoryFigures {
    const sum = (countOf: (clients: AgentClients) => number) =>
      this.#agents.reduce((total, { clients }) => total + countOf(clients), 0);
    return {
      operations: sum(({ operations }) => operations),
      requests: sum(({ calls }) => calls),
      attempts: sum(({ attempts }) => attempts),
      unanswered: this.#unheard,
      struck: this.#struck,
    };
  }

  async prepare(api: Api): Promise<void> {
    for (const { clients } of this.#agents) await clients.prepare(api);
  }

  /** Lets clients call during some strikes, waits for every answer, and checks the history since the last part. */
  async doPart(): Promise<void> {
    const strikes = Math.min(this.strikesLeft, this.#size.strikesPerPart);
    this.strikesLeft -= strikes;
    const deadAt: number[] = [];
    await this.#strikeWhile(strikes, deadAt);
    this.#world.calm?.();
    for (const { clients } of this.#agents) await clients.finish();
    await this.#world.quiet?.();
    deadAt.push(this.#tick());
    for (const { clients } of this.#agents) await clients.readAll();
    for (const agent of this.#agents) this.#check(agent, deadAt);
  }

  #check({ clients, model }: Agent, deadAt: readonly number[]): void {
    const { history } = clients;
    this.#unheard += history.filter(({ answer }) => answer === undefined).length;
    assertLinearizable(ended(history, deadAt), model, clients.agent);
    model.forgetAllBut(clients.endPart());
  }

  async #strikeWhile(strikes: number, deadAt: number[]): Promise<void> {
    const { breathMax, clientsPerAgent } = this.#size;
    let isOver = false;
    let breath = this.#random.below(breathMax);
    let isStriking = false;
    const strike = async () => {
      isStriking = true;
      const what = await this.#world.strike(this.#random, () => deadAt.push(this.#tick()));
      this.#struck.set(what, (this.#struck.get(what) ?? 0) + 1);
      isStriking = false;
      breath = this.#random.below(breathMax);
    };
    const blows: Promise<void>[] = [];
    const live = async (clients: AgentClients) => {
      while (!isOver) {
        await clients.step();
        breath -= 1;
        if (breath > 0 || isStriking) continue;
        if (blows.length < strikes) blows.push(strike());
        else isOver = true;
      }
    };
    await Promise.all(
      this.#agents.flatMap(({ clients }) => Array.from({ length: clientsPerAgent }, () => live(clients))),
    );
    await Promise.all(blows);
  }

  readonly #tick = () => (this.#ticks += 1);
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
function assertLinearizable(attempts: History, model: AgentModel, agent: string): void {
  const history = joinAttempts(attempts);
  const verdict = checkLinearizable(history, model);
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
