import { executorOptions } from '../harness/engine.ts';
import { type Random, randomOf } from '../harness/seeded-random.ts';
import { drawHot, drawSent, drawStart } from '../model/draw.ts';
import { agents, tenants } from '../model/draw-names.ts';
import type { Seen } from '../model/draw-settle.ts';
import { hasSharedLapse, newModel, notePassedTime, noteSweep } from '../model/model.ts';
import { auditRows } from './audit.ts';
import { SimulatedClient } from './client.ts';
import { SimulatedDatabase } from './database.ts';
import { Disk } from './disk.ts';
import { Follower } from './follower.ts';
import { WorldReferee } from './referee.ts';
import { type Parts, SimulatedServer } from './server.ts';
import { hold, Violation } from './violation.ts';
import { faultKinds, type Shape, settled, World } from './world.ts';

const hourMs = 3_600_000;
const dayMs = 86_400_000;
const retentionMs = 3 * dayMs;
/** Without faults, everything must be answered within this many steps. */
const healedStepsMax = 20_000;
/** How often each external event happens: once in this many steps. */
const every = {
  begin: 3,
  timeOut: 30,
  clientDies: 80,
  serverDies: 150,
  sessionEnded: 100,
  diskFull: 200,
  lie: 300,
  time: 25,
  sweep: 120,
  look: 20,
  audit: 150,
} as const;

/** The result of a run. */
export interface RunResult {
  readonly seed: number;
  readonly shape: Shape;
  readonly steps: number;
  readonly violation: Violation | undefined;
  /** the last events, if a promise was broken */
  readonly trace: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

/** The shape that follows from a seed, unless one is given. */
export function shapeOf(seed: number): Shape {
  const random = randomOf(seed ^ 0x5eed);
  const engine = random.pick(['one', 'many', 'many'] as const);
  return {
    engine,
    servers: engine === 'one' ? 1 : 1 + random.below(3),
    clients: 1 + random.below(6),
    steps: random.pick([200, 400, 800]),
    clocks: random.below(4) === 0 ? 'wild' : 'agreeing',
    answersMax: random.pick([5, 50, 1_000]),
    faults: faultKinds.filter(() => random.below(4) > 0),
  };
}

/** Runs one world to its end. A broken promise is returned, not thrown. */
export async function simulate(seed: number, shape = shapeOf(seed)): Promise<RunResult> {
  const run = new Run(seed, shape);
  let violation: Violation | undefined;
  try {
    await run.toEnd();
  } catch (error) {
    violation =
      error instanceof Violation ? error : new Violation('the server has no defects', String(error));
    if (!(error instanceof Violation) && error instanceof Error) violation.stack = error.stack ?? '';
  }
  const { world, referee } = run;
  return {
    seed,
    shape,
    steps: world.steps,
    violation,
    trace: violation === undefined ? [] : world.trace,
    counts: referee.counts,
  };
}

class Run {
  readonly world: World;
  readonly referee: WorldReferee;
  readonly #random: Random;
  readonly #database: SimulatedDatabase;
  readonly #disk = new Disk();
  readonly #parts: Parts;
  readonly #servers: SimulatedServer[] = [];
  readonly #clients: SimulatedClient[];
  readonly #followers: readonly Follower[];
  readonly #seen: Seen = { sent: [], quotes: [] };
  #hot;

  constructor(seed: number, shape: Shape) {
    this.world = new World(seed, shape);
    this.#random = this.world.random;
    this.#database = new SimulatedDatabase(shape.answersMax);
    const model = newModel(tenants, this.world.nowMs, retentionMs);
    this.referee = new WorldReferee(this.world, this.#database, model);
    const options = {
      ...executorOptions,
      policy: { ...executorOptions.policy, retentionMs },
      // Most worlds have few holds. If more than one lapses at once, several commits record them.
      lapsesPerCommit: 1,
    };
    this.#parts = {
      world: this.world,
      database: this.#database,
      disk: this.#disk,
      referee: this.referee,
      options,
    };
    for (let number = 0; number < shape.servers; number++) this.#servers.push(this.#newServer());
    const reach = () => this.#random.pick(this.#servers);
    this.#clients = Array.from(
      { length: shape.clients },
      () => new SimulatedClient(this.world, reach, this.referee),
    );
    this.#followers = tenants.flatMap((tenant) =>
      [1, 7].map((pageRows) => new Follower(this.#database, tenant, pageRows)),
    );
    this.#hot = drawHot(this.#random);
  }

  #newServer(): SimulatedServer {
    const server = new SimulatedServer(this.#parts);
    if (this.world.shape.clocks === 'wild')
      server.clockOffsetMs = this.#random.pick([0, 0, 1, -1_000, 5_000, -hourMs, dayMs]);
    return server;
  }

  async toEnd(): Promise<void> {
    await this.#begin();
    while (this.world.steps < this.world.shape.steps) await this.#step();
    this.world.isHealed = true;
    this.#disk.isFull = false;
    this.#database.endLie();
    this.referee.endLie();
    await this.#untilAllIsAnswered();
    await this.#recordPassedTime();
    for (const tenant of tenants) auditRows(tenant, this.#database.rows(tenant));
    for (const follower of this.#followers) follower.finish();
    this.referee.holdAcknowledged();
  }

  /** Books mostly begin with services, prices and prepaid money. */
  async #begin(): Promise<void> {
    const { world } = this;
    world.isHealed = true;
    const [client] = this.#clients;
    for (const sent of drawStart(this.#random, this.referee.model)) {
      client?.begin(sent);
      await this.#untilAllIsAnswered();
    }
    world.isHealed = false;
    world.steps = 0;
  }

  async #step(): Promise<void> {
    this.world.steps += 1;
    const isOn = (rarity: number) => this.#random.below(rarity) === 0;
    if (isOn(every.begin)) this.#beginOne();
    if (isOn(every.time)) await this.#passTime();
    if (isOn(every.timeOut)) this.#strikeClient('time_out');
    if (isOn(every.clientDies)) this.#strikeClient('client_dies');
    this.#strikeDatabase();
    if (isOn(every.look)) this.#random.pick(this.#followers).look();
    if (isOn(every.audit)) for (const tenant of tenants) auditRows(tenant, this.#database.rows(tenant));
    this.world.runOne();
    await settled();
    this.referee.first.rethrow();
  }

  #beginOne(): void {
    const idle = this.#clients.filter(({ isWaiting }) => !isWaiting);
    if (idle.length === 0) return;
    if (this.#random.below(12) === 0) this.#hot = drawHot(this.#random);
    const sent = drawSent(this.#random, this.referee.model, this.#seen, this.#hot);
    this.#seen.sent.push(sent);
    this.#random.pick(idle).begin(sent);
  }

  #strikeClient(kind: 'time_out' | 'client_dies'): void {
    const waiting = this.#clients.filter(({ isWaiting }) => isWaiting);
    if (waiting.length === 0 || !this.world.strikes(kind, 1)) return;
    this.world.note(kind);
    const client = this.#random.pick(waiting);
    if (kind === 'client_dies') client.die();
    else client.timeOut();
  }

  #strikeDatabase(): void {
    const { world } = this;
    if (world.strikes('server_dies', every.serverDies))
      this.#killServer(this.#random.below(this.#servers.length));
    if (world.strikes('disk_full', this.#disk.isFull ? 10 : every.diskFull))
      this.#disk.isFull = !this.#disk.isFull;
    const { transactions } = this.#database;
    if (
      world.strikes('session_ended', every.sessionEnded) &&
      transactions.length > 0 &&
      world.shape.engine === 'many'
    )
      this.#database.end(this.#random.pick(transactions));
    if (world.strikes('lying_disk', this.#database.isLying ? 30 : every.lie)) this.#lie();
    if (world.strikes('sweep', every.sweep)) this.#sweep();
  }

  #killServer(at: number): void {
    this.world.note('server dies');
    this.#servers[at]?.kill();
    this.#servers[at] = this.#newServer();
  }

  /** The disk begins to lie, or the power fails while it lies. */
  #lie(): void {
    if (!this.#database.isLying) {
      this.#database.beginToLie();
      this.referee.beginLie();
      return;
    }
    this.world.note('power fails');
    for (const [at] of this.#servers.entries()) this.#killServer(at);
    this.#database.losePower();
    this.referee.lostPower();
    for (const follower of this.#followers) follower.beginAgain();
  }

  #sweep(): void {
    const { world, referee } = this;
    if (world.shape.clocks === 'wild') return;
    noteSweep(referee.model, this.#database.sweep(world.nowMs, retentionMs));
    referee.swept();
  }

  /**
   * Clocks that agree advance only while nothing is being decided, so that the model knows the time of each decision.
   */
  async #passTime(): Promise<void> {
    const { world, referee } = this;
    const passedMs = this.#random.pick([0, 1, 1, 1_000, hourMs, hourMs, 5 * hourMs, dayMs]);
    if (world.shape.clocks === 'wild') {
      world.nowMs += passedMs;
      for (const server of this.#servers) {
        if (this.#random.below(4) === 0)
          server.clockOffsetMs += this.#random.pick([1, -1, 700, -hourMs, hourMs]);
      }
      return;
    }
    if (!this.#database.isQuiet || this.#servers.some(({ isBusy }) => isBusy)) return;
    world.nowMs += passedMs;
    referee.model.nowMs = world.nowMs;
    if (hasSharedLapse(referee.model)) await this.#recordPassedTime();
  }

  /** A worker on another connection records the effects of time. */
  async #recordPassedTime(): Promise<void> {
    const { world, referee } = this;
    const [wasHealed, wasFull] = [world.isHealed, this.#disk.isFull];
    world.isHealed = true;
    this.#disk.isFull = false;
    const worker = this.#newServer();
    // Otherwise, effects that are due by the time of the world would not be due for a worker with a slow clock.
    worker.clockOffsetMs = 0;
    let isRecorded = false;
    const note = this.#recordAllDue(worker).then(() => {
      isRecorded = true;
    });
    await this.#untilSo(() => isRecorded);
    await note;
    world.isHealed = wasHealed;
    this.#disk.isFull = wasFull;
    notePassedTime(referee.model);
  }

  /** If many holds lapse, a commit records only some of them. */
  async #recordAllDue(worker: SimulatedServer): Promise<void> {
    const { nowMs } = this.world;
    const isDue = (tenant: string) =>
      agents.some((agent) => {
        const billing = this.#database.rows(tenant).billing(agent, nowMs);
        return billing !== undefined && billing.dueHolds.length > 0;
      });
    const record = (tenant: string) =>
      worker.submit({ tenant, command: { kind: 'pass_time', agents }, key: undefined });
    do await Promise.all(tenants.map(record));
    while (tenants.some(isDue));
  }

  async #untilAllIsAnswered(): Promise<void> {
    await this.#untilSo(
      () => this.world.waiting === 0 && this.#clients.every(({ isWaiting }) => !isWaiting) && this.#areIdle(),
    );
  }

  #areIdle(): boolean {
    return this.#database.isQuiet && this.#servers.every(({ isIdle }) => isIdle);
  }

  async #untilSo(isSo: () => boolean): Promise<void> {
    await settled();
    for (let steps = 0; !isSo(); steps++) {
      hold(
        steps < healedStepsMax,
        'nothing waits for ever',
        () => 'something waits, and no fault happens any more',
      );
      // Nothing is running: operations that still wait were lost, and must be sent again.
      if (!this.world.runOne()) for (const client of this.#clients) if (client.isWaiting) client.timeOut();
      this.world.steps += 1;
      await settled();
      this.referee.first.rethrow();
    }
  }
}
