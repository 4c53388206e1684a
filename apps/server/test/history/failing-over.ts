import type { TestContext } from 'node:test';
import { setTimeout as passing } from 'node:timers/promises';
import { plainApiAt } from '../harness/plain-api.ts';
import { PostgresNode } from '../harness/postgres-node.ts';
import type { Random } from '../harness/seeded-random.ts';
import { ServerProcesses } from '../harness/server-processes.ts';
import { TcpProxy } from '../harness/tcp-proxy.ts';
import type { World } from './run-history.ts';

const standbyName = 'standby';
const instanceCount = 2;
const lookEveryMs = 20;
/** So many records a standby that lags does not get. */
const lagRecords = 20;

export type ClusterStrike = 'fail over' | 'kill the database' | 'kill all instances' | 'kill an instance';

interface ClusterSettings {
  /** each turn has these strikes, in random order */
  readonly turn: readonly ClusterStrike[];
  /** a planted fault: commits do not wait for the standby, which does not get the last ones before it takes over */
  readonly isLagging?: boolean;
}

/** Two instances on a PostgreSQL with a standby. */
export class FailingOver implements World {
  readonly #t: TestContext;
  readonly #settings: ClusterSettings;
  readonly #address: TcpProxy;
  readonly #instances: ServerProcesses;
  #primary: PostgresNode;
  #standby: PostgresNode;
  #left: ClusterStrike[] = [];

  private constructor(
    t: TestContext,
    nodes: { readonly primary: PostgresNode; readonly standby: PostgresNode },
    address: TcpProxy,
    instances: ServerProcesses,
    settings: ClusterSettings,
  ) {
    this.#t = t;
    this.#settings = settings;
    this.#primary = nodes.primary;
    this.#standby = nodes.standby;
    this.#address = address;
    this.#instances = instances;
  }

  static async start(t: TestContext, settings: ClusterSettings): Promise<FailingOver> {
    const durable = durabilityOf(settings);
    const primary = await PostgresNode.start(t, durable);
    const standby = await primary.standby(t, standbyName, durable);
    if (settings.isLagging !== true) await primary.untilSynchronous();
    // The address remains and its target changes, like a virtual address.
    const address = await TcpProxy.start(t, primary.port);
    const environment = { DATABASE_URL: address.through(primary.url), LOG_LEVEL: 'silent' };
    const instances = new ServerProcesses(
      t,
      Array.from({ length: instanceCount }, () => environment),
    );
    await instances.startAll();
    return new FailingOver(t, { primary, standby }, address, instances, settings);
  }

  apis() {
    return this.#instances.apis().map(({ url }) => plainApiAt(url));
  }

  async strike(random: Random, onDead: () => void): Promise<string> {
    if (this.#left.length === 0) this.#left = [...this.#settings.turn];
    const [kind = 'fail over'] = this.#left.splice(random.below(this.#left.length), 1);
    switch (kind) {
      case 'fail over':
        await this.#failOver();
        return 'failed over to the standby';
      case 'kill the database':
        await this.#primary.kill();
        await this.#primary.start();
        return 'the database was killed';
      case 'kill all instances':
        for (let at = 0; at < instanceCount; at++) await this.#instances.kill(at);
        await this.#untilIdle();
        onDead();
        await this.#instances.startAll();
        return 'both instances were killed';
      case 'kill an instance': {
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
    if (this.#settings.isLagging === true) await this.#leaveStandbyBehind();
    await lost.kill();
    if (this.#settings.isLagging === true) await this.#standby.start();
    await this.#standby.promote();
    this.#primary = this.#standby;
    this.#address.pointTo(this.#primary.port);
    lost.discard();
    this.#standby = await this.#primary.standby(this.#t, standbyName, durabilityOf(this.#settings));
    if (this.#settings.isLagging !== true) await this.#primary.untilSynchronous();
  }

  /** Ends the standby, and lets the primary acknowledge writes without it. */
  async #leaveStandbyBehind(): Promise<void> {
    await this.#untilStandbyHas(await this.#written());
    await this.#standby.kill();
    const enough = (await this.#records()) + lagRecords;
    while ((await this.#records()) < enough) await passing(lookEveryMs);
  }

  /** The end of the primary's log. */
  async #written(): Promise<string> {
    const [row] = await this.#primary.query('SELECT pg_current_wal_lsn()::text AS written');
    return String(row?.['written']);
  }

  async #untilStandbyHas(written: string): Promise<void> {
    for (;;) {
      const rows = await this.#primary.query(
        `SELECT 1 FROM pg_stat_replication WHERE flush_lsn >= '${written}'::pg_lsn`,
      );
      if (rows.length > 0) return;
      await passing(lookEveryMs);
    }
  }

  async #records(): Promise<number> {
    const [row] = await this.#primary.query('SELECT count(*)::int AS records FROM records');
    return Number(row?.['records']);
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

/** If each commit waits for the standby, none is acknowledged before both have it. */
function durabilityOf({ isLagging }: ClusterSettings): Readonly<Record<string, string>> {
  return { synchronous_standby_names: isLagging === true ? '' : standbyName };
}
