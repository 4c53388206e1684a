// One long history of two instances, whose PostgreSQL fails over to its standby again and again.
import { type TestContext, test } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { plainApiAt } from '../harness/plain-api.ts';
import { PostgresNode } from '../harness/postgres-node.ts';
import { withstood } from '../harness/proofs.ts';
import { minutesMax, rounds } from '../harness/rounds.ts';
import type { Random } from '../harness/seeded-random.ts';
import { ServerProcesses } from '../harness/server-processes.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';
import { wordsOf } from '../history/history-figures.ts';
import { assertHistory, type World } from '../history/run-history.ts';

const strikes = rounds({ test: 4, prove: 300 });
const strikesPerPart = rounds({ test: 2, prove: 3 });
const breathMax = rounds({ test: 60, prove: 400 });
const standbyName = 'standby';
const instanceCount = 2;
const kinds = 10;
const lookEveryMs = 20;
/** Each commit waits for the standby, so none is acknowledged before both have it. */
const synchronous = { synchronous_standby_names: standbyName };

/** Two instances on a PostgreSQL with a synchronous standby. */
class FailingOver implements World {
  readonly #t: TestContext;
  readonly #address: TcpProxy;
  readonly #instances: ServerProcesses;
  #primary: PostgresNode;
  #standby: PostgresNode;
  /** the remaining kinds of strike in this turn: each occurs once, in random order */
  #left: number[] = [];

  private constructor(
    t: TestContext,
    nodes: { readonly primary: PostgresNode; readonly standby: PostgresNode },
    address: TcpProxy,
    instances: ServerProcesses,
  ) {
    this.#t = t;
    this.#primary = nodes.primary;
    this.#standby = nodes.standby;
    this.#address = address;
    this.#instances = instances;
  }

  static async start(t: TestContext): Promise<FailingOver> {
    const primary = await PostgresNode.start(t, synchronous);
    const standby = await primary.standby(t, standbyName, synchronous);
    await primary.untilSynchronous();
    // The address remains and its target changes, like a virtual address.
    const address = await TcpProxy.start(t, primary.port);
    const environment = { DATABASE_URL: address.through(primary.url), LOG_LEVEL: 'silent' };
    const instances = new ServerProcesses(
      t,
      Array.from({ length: instanceCount }, () => environment),
    );
    await instances.startAll();
    return new FailingOver(t, { primary, standby }, address, instances);
  }

  apis() {
    return this.#instances.apis().map(({ url }) => plainApiAt(url));
  }

  async strike(random: Random, onDead: () => void): Promise<string> {
    if (this.#left.length === 0) this.#left = Array.from({ length: kinds }, (_, kind) => kind);
    const [kind = 0] = this.#left.splice(random.below(this.#left.length), 1);
    switch (kind) {
      case 0:
        await this.#failOver();
        return 'failed over to the standby';
      case 1:
      case 2:
      case 3:
      case 4:
      case 5:
        await this.#primary.kill();
        await this.#primary.start();
        return 'the database was killed';
      case 6:
        for (let at = 0; at < instanceCount; at++) await this.#instances.kill(at);
        await this.#untilIdle();
        onDead();
        await this.#instances.startAll();
        return 'both instances were killed';
      default: {
        const at = random.below(instanceCount);
        await this.#instances.kill(at);
        await this.#instances.start(at);
        return 'an instance was killed';
      }
    }
  }

  /** Waits until the database has ended the transactions of killed instances, too. */
  async quiet(): Promise<void> {
    await this.#untilIdle();
  }

  /** The primary dies for good, the standby takes its place, and a new standby is made. */
  async #failOver(): Promise<void> {
    const lost = this.#primary;
    await lost.kill();
    await this.#standby.promote();
    this.#primary = this.#standby;
    this.#address.pointTo(this.#primary.port);
    lost.discard();
    this.#standby = await this.#primary.standby(this.#t, standbyName, synchronous);
    await this.#primary.untilSynchronous();
  }

  async #untilIdle(): Promise<void> {
    for (;;) {
      const [row] = await this.#primary.query(
        `SELECT count(*)::int AS busy FROM pg_stat_activity
         WHERE application_name = 'billonce' AND state <> 'idle'`,
      );
      if (row?.['busy'] === 0) return;
      await passing(lookEveryMs);
    }
  }
}

test('a long history of a cluster whose parts are killed has an order that explains every answer', async (t) => {
  const size = {
    strikes,
    strikesPerPart,
    breathMax,
    agents: 8,
    clientsPerAgent: 5,
    bulkItemsMax: 160,
    minutesMax,
  };
  const done = await assertHistory(t, await FailingOver.start(t), size);
  withstood('long_history_of_a_cluster', wordsOf(done));
});
