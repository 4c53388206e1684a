import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { PostgresNode } from './postgres-node.ts';

/** The folder with the programs of a PostgreSQL that has Citus. Tests start several servers and kill them. */
export const citusPrograms = process.env['BILLONCE_TEST_CITUS_PROGRAMS'];

/** Few shards: each shard has all tables, and moving one moves all tables. */
const settings = {
  shared_preload_libraries: 'citus',
  wal_level: 'logical',
  max_connections: '300',
  max_prepared_transactions: '100',
  max_worker_processes: '60',
  max_wal_senders: '150',
  max_replication_slots: '150',
  max_logical_replication_workers: '20',
  // The programs may run as a user who cannot look for a certificate in a home folder.
  'citus.node_conninfo': 'sslmode=disable',
  'citus.shard_count': '4',
  'citus.enable_statistics_collection': 'off',
};

/** A Citus with two workers. Each node can be killed and started again. */
export class CitusCluster {
  readonly coordinator: PostgresNode;
  readonly #programs: string;
  readonly #workers: PostgresNode[] = [];

  private constructor(coordinator: PostgresNode, programs: string) {
    this.coordinator = coordinator;
    this.#programs = programs;
  }

  /** Starts the coordinator, still without the extension. */
  static async start(t: TestContext): Promise<CitusCluster> {
    const programs = citusPrograms ?? assert.fail('no programs of Citus');
    return new CitusCluster(await PostgresNode.start(t, settings, { programs }), programs);
  }

  /** Creates the extension, and starts two workers. */
  async extend(t: TestContext): Promise<readonly [PostgresNode, PostgresNode]> {
    await this.coordinator.query('CREATE EXTENSION citus');
    await this.coordinator.query(`SELECT citus_set_coordinator_host('127.0.0.1', ${this.coordinator.port})`);
    return [await this.addWorker(t), await this.addWorker(t)];
  }

  async addWorker(t: TestContext): Promise<PostgresNode> {
    const worker = await PostgresNode.start(t, settings, { programs: this.#programs });
    await worker.query('CREATE EXTENSION citus');
    await this.coordinator.query(`SELECT citus_add_node('127.0.0.1', ${worker.port})`);
    this.#workers.push(worker);
    return worker;
  }

  /** Allows shards to be divided while they are written. Before 15.19 PostgreSQL did not know the setting, and needed none. */
  async allowDivisions(): Promise<void> {
    for (const worker of this.#workers) {
      const [known] = await worker.query(`SELECT 1 FROM pg_settings WHERE name = 'output_plugin_libraries'`);
      if (known === undefined) continue;
      await worker.query('ALTER SYSTEM SET output_plugin_libraries = pgoutput, test_decoding, citus');
      await worker.query('SELECT pg_reload_conf()');
    }
  }

  /** From now on another node, which has the same rows, takes the place of a worker. */
  async replace(worker: PostgresNode, by: PostgresNode): Promise<void> {
    await this.coordinator.query(
      `SELECT citus_update_node(nodeid, '127.0.0.1', ${by.port}, true, 1000) FROM pg_dist_node WHERE nodeport = ${worker.port}`,
    );
  }

  /** The shard of `accounts` with the rows of a tenant, and the port of its node. */
  async placeOf(tenant: string): Promise<{ readonly port: number; readonly shard: string }> {
    const [row] = await this.coordinator.query(
      `SELECT nodeport AS port, shardid::text AS shard FROM citus_shards
       WHERE shardid = get_shard_id_for_distribution_column('accounts', '${tenant}'::text)`,
    );
    return { port: Number(row?.['port']), shard: String(row?.['shard']) };
  }

  /** Names of tenants whose rows are on a worker. */
  async namesOn(worker: PostgresNode, count: number): Promise<string[]> {
    const names: string[] = [];
    for (let number = 0; names.length < count; number++) {
      const name = `tenant-${number}`;
      if ((await this.placeOf(name)).port === worker.port) names.push(name);
    }
    return names;
  }
}
