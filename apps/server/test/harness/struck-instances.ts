import type { TestContext } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import type { Api } from './api.ts';
import { PostgresNode } from './postgres-node.ts';
import type { Random } from './seeded-random.ts';
import { ServerProcesses } from './server-processes.ts';
import { TcpProxy } from './tcp-proxy.ts';

const instanceCount = 3;
const kinds = 10;
const waitMs = 50;

/** The nodes of a database: the one that the instances reach, and those that have rows of it besides. */
interface Nodes {
  readonly database: PostgresNode;
  readonly workers: readonly PostgresNode[];
}

/** Three instances on one PostgreSQL or on Citus, with a network and a database that fail. */
export class StruckInstances {
  readonly #database: PostgresNode;
  readonly #workers: readonly PostgresNode[];
  readonly #proxies: readonly TcpProxy[];
  readonly #instances: ServerProcesses;
  /** the remaining kinds of strike in this turn */
  #left: number[] = [];

  private constructor(
    { database, workers }: Nodes,
    proxies: readonly TcpProxy[],
    instances: ServerProcesses,
  ) {
    this.#database = database;
    this.#workers = workers;
    this.#proxies = proxies;
    this.#instances = instances;
  }

  /** @param cluster a Citus, whose coordinator the instances reach; without it a PostgreSQL is started */
  static async start(t: TestContext, cluster?: Nodes): Promise<StruckInstances> {
    const nodes = cluster ?? { database: await PostgresNode.start(t), workers: [] };
    const { database } = nodes;
    const proxies = await Promise.all(
      Array.from({ length: instanceCount }, () => TcpProxy.start(t, database.port)),
    );
    const instances = new ServerProcesses(
      t,
      proxies.map((proxy) => ({
        DATABASE_URL: proxy.through(database.url),
        DATABASE_LANES: '2',
        DATABASE_BY_TENANT: String(cluster !== undefined),
        LOG_LEVEL: 'silent',
      })),
    );
    await instances.startAll();
    return new StruckInstances(nodes, proxies, instances);
  }

  readonly apis = (): readonly Api[] => this.#instances.apis();

  /** Ends all disturbances. */
  calm(): void {
    for (const proxy of this.#proxies) Object.assign(proxy, { mode: 'pass', delayMs: 0 });
  }

  /** Causes one failure and ends it. Each kind occurs once in a turn, in random order. */
  async strike(random: Random, onDead: () => void = () => undefined): Promise<string> {
    if (this.#left.length === 0) this.#left = Array.from({ length: kinds }, (_, kind) => kind);
    const [kind = 0] = this.#left.splice(random.below(this.#left.length), 1);
    const at = random.below(instanceCount);
    const proxy = random.pick(this.#proxies);
    switch (kind) {
      case 0:
      case 1:
        await this.#instances.kill(at);
        await this.#instances.start(at);
        return 'an instance was killed';
      case 2: {
        const node = random.pick([this.#database, ...this.#workers]);
        await node.kill();
        await passing(random.below(200));
        await node.start();
        return node === this.#database ? 'the database was killed' : 'a worker was killed';
      }
      case 3:
        proxy.cutAll();
        return 'connections were cut';
      case 4:
        proxy.mode = 'silent';
        await passing(random.below(1_000));
        proxy.mode = 'pass';
        return 'an instance heard nothing of the database';
      case 5:
        proxy.mode = 'refuse';
        proxy.cutAll();
        await passing(random.below(500));
        proxy.mode = 'pass';
        return 'an instance was not let in';
      case 6:
        await random.pick([this.#database, ...this.#workers]).query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE (application_name = 'billonce' OR application_name LIKE 'citus_internal%') AND random() < 0.5`,
        );
        return 'backends were ended';
      case 7:
        this.#instances.signal(at, 'SIGSTOP');
        await passing(random.below(1_000));
        this.#instances.signal(at, 'SIGCONT');
        return 'an instance was stopped for a while';
      case 8:
        await this.#killAll();
        onDead();
        await this.#instances.startAll();
        return 'all instances were killed';
      default:
        proxy.delayMs = random.below(40);
        return 'an instance is some ms away';
    }
  }

  /** Kills all instances, and waits until the database has ended their transactions. */
  async #killAll(): Promise<void> {
    for (let at = 0; at < instanceCount; at++) await this.#instances.kill(at);
    for (;;) {
      const [row] = await this.#database.query(
        `SELECT count(*)::int AS open FROM pg_stat_activity WHERE application_name = 'billonce'`,
      );
      if (row?.['open'] === 0) return;
      await passing(waitMs);
    }
  }
}
