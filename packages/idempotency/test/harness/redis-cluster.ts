import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';
import { type RedisServer, startServer } from './redis.ts';

/** Masters that share the slots, with or without replicas. */
export interface RedisCluster {
  /** the masters at the start */
  readonly nodes: readonly RedisServer[];
  /** the replica of each master at the start, in the order of the masters */
  readonly replicas: readonly RedisServer[];
  /** Starts another server as the replica of a master, and waits until it has all data of the master. */
  addReplica(master: RedisServer): Promise<void>;
  stop(): Promise<void>;
}

const untilTimeoutMs = 60_000;
const untilPauseMs = 50;
const clusterSlots = 16_384;
/**
 * A master that is silent for this time is failed over. The time is long for a loaded machine, and short for a test.
 */
const nodeTimeoutMs = 1500;

/** Starts three masters without replicas, and joins them to a cluster. */
export function startRedisCluster(): Promise<RedisCluster> {
  return startCluster(3, 0, []);
}

/** Starts three masters with a replica each, which fail over in seconds. */
export function startReplicatedRedisCluster(): Promise<RedisCluster> {
  // A replica may take over however long ago its link broke, because some tests break it before they kill the master.
  const settings = ['--cluster-node-timeout', `${nodeTimeoutMs}`, '--cluster-replica-validity-factor', '0'];
  return startCluster(3, 3, [...settings, '--repl-diskless-sync-delay', '0']);
}

/** Finds the master of a key's slot by asking the servers. Dead servers are skipped. */
export async function masterOf(cluster: RedisCluster, key: string): Promise<RedisServer> {
  for (const server of [...cluster.nodes, ...cluster.replicas]) {
    const owns = await asked(server, async (client) => {
      const slot = Number(await client.call('cluster', 'keyslot', key));
      const role = String(await client.info('replication'));
      return (
        role.includes('role:master') &&
        (await ownSlots(client)).some(([from, to]) => from <= slot && slot <= to)
      );
    });
    if (owns === true) return server;
  }
  throw new Error(`no living master has the key ${key}`);
}

/** The replica that a master had at the start of the cluster. */
export function replicaOf(cluster: RedisCluster, master: RedisServer): RedisServer {
  const replica = cluster.replicas[cluster.nodes.indexOf(master)];
  if (replica === undefined) throw new Error('it was no master with a replica');
  return replica;
}

/**
 * Permanently breaks the link between a master and its replica: no later write reaches the replica. The replica
 * reconnects with a name that the master does not know.
 */
export async function cutReplication(master: RedisServer, replica: RedisServer): Promise<void> {
  await withClient(replica, async (client) => {
    await client.config('SET', 'masteruser', 'nobody');
    await client.config('SET', 'masterauth', 'nothing');
  });
  await withClient(master, async (client) => {
    await client.call('client', 'kill', 'type', 'replica');
    await until('the link is broken', async () =>
      (await client.info('replication')).includes('connected_slaves:0'),
    );
  });
}

/** Restores the link of the replica, and waits until it has all data of the master. */
export async function mendReplication(master: RedisServer, replica: RedisServer): Promise<void> {
  await withClient(replica, async (client) => {
    await client.config('SET', 'masteruser', '');
    await client.config('SET', 'masterauth', '');
  });
  await untilReplicated(master, replica);
}

/** Waits until the replica has all data that the master has at this moment. */
export async function untilReplicated(master: RedisServer, replica: RedisServer): Promise<void> {
  const offset = await withClient(master, async (client) => offsetOf(await client.info('replication')));
  await withClient(replica, (client) =>
    until('the replica has caught up', async () => {
      const info = await client.info('replication');
      return info.includes('master_link_status:up') && offsetOf(info) >= offset;
    }),
  );
}

/** Waits until a replica has become a master, and the cluster serves every slot. */
export function untilPromoted(replica: RedisServer): Promise<void> {
  return withClient(replica, (client) =>
    until('the replica is promoted', async () => {
      const isMaster = (await client.info('replication')).includes('role:master');
      return isMaster && String(await client.call('cluster', 'info')).includes('cluster_state:ok');
    }),
  );
}

/** Polls until a condition is true, within a time limit, because no event reports it. */
export async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + untilTimeoutMs;
  while (!(await isSo())) {
    if (Date.now() > untilMs) throw new Error(`not within ${untilTimeoutMs} ms: ${what}`);
    await pause(untilPauseMs);
  }
}

export async function withClient<T>(server: RedisServer, use: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(server.port, '127.0.0.1', { retryStrategy: () => null, maxRetriesPerRequest: 0 });
  // Without a listener, a lost connection ends the process.
  client.on('error', () => {});
  try {
    return await use(client);
  } finally {
    client.disconnect();
  }
}

async function asked<T>(server: RedisServer, use: (client: Redis) => Promise<T>): Promise<T | undefined> {
  try {
    return await withClient(server, use);
  } catch {
    return undefined;
  }
}

function offsetOf(info: string): number {
  const offset = /^(?:slave|master)_repl_offset:(\d+)/m.exec(info)?.[1];
  if (offset === undefined) throw new Error(`no offset in:\n${info}`);
  return Number(offset);
}

/** The ranges of slots in the line of `CLUSTER NODES` about the asked node itself. */
async function ownSlots(client: Redis): Promise<readonly (readonly [number, number])[]> {
  const lines = String(await client.call('cluster', 'nodes')).split('\n');
  const own = lines.find((line) => line.includes('myself')) ?? '';
  const ranges = own
    .split(' ')
    .slice(8)
    .filter((range) => /^\d/.test(range));
  return ranges.map((range) => {
    const [from, to = from] = range.split('-').map(Number);
    return [from ?? 0, to ?? 0];
  });
}

async function startCluster(
  masters: number,
  replicaCount: number,
  settings: readonly string[],
): Promise<RedisCluster> {
  const start = () => startServer(async () => [...settings, ...(await clusterSettings())]);
  const servers = await Promise.all(Array.from({ length: masters + replicaCount }, start));
  const [nodes, replicas] = [servers.slice(0, masters), servers.slice(masters)];
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    await joinNodes(nodes, replicas);
  } catch (error) {
    await stop();
    throw error;
  }
  const addReplica = async (master: RedisServer) => {
    const replica = await start();
    servers.push(replica);
    await withClient(replica, async (client) => {
      await client.call('cluster', 'meet', '127.0.0.1', master.port, await busPortOf(master));
      await replicate(client, await withClient(master, (asked) => asked.call('cluster', 'myid')));
    });
    await untilReplicated(master, replica);
  };
  return { nodes, replicas, addReplica, stop };
}

function busPortOf(server: RedisServer): Promise<string> {
  return withClient(server, async (client) => {
    return String(await client.call('config', 'get', 'cluster-port')).split(',')[1] ?? '';
  });
}

/** A node must know a master before it can follow it. */
async function replicate(replica: Redis, master: unknown): Promise<void> {
  await until('the master is known', async () =>
    String(await replica.call('cluster', 'nodes')).includes(String(master)),
  );
  await replica.call('cluster', 'replicate', String(master));
}

async function clusterSettings(): Promise<readonly string[]> {
  const busPort = await freePort();
  return ['--cluster-enabled', 'yes', '--cluster-port', `${busPort}`, '--cluster-announce-ip', '127.0.0.1'];
}

async function joinNodes(nodes: readonly RedisServer[], replicas: readonly RedisServer[]): Promise<void> {
  const clients = [...nodes, ...replicas].map(({ port }) => new Redis(port, '127.0.0.1'));
  try {
    const share = clusterSlots / nodes.length;
    for (const [at, client] of clients.slice(0, nodes.length).entries()) {
      const [from, to] = [Math.ceil(at * share), Math.ceil((at + 1) * share) - 1];
      await client.call('cluster', 'set-config-epoch', at + 1);
      await client.call('cluster', 'addslotsrange', from, to);
    }
    const [first] = nodes;
    for (const other of clients.slice(1)) {
      if (first !== undefined)
        await other.call('cluster', 'meet', '127.0.0.1', first.port, await busPortOf(first));
    }
    // The nodes gossip: only asking each of them shows when they have agreed.
    await Promise.all(clients.map((client) => until('joined', () => hasJoined(client, clients.length))));
    for (const [at, replica] of replicas.entries()) {
      const [master, client] = [clients[at], clients[nodes.length + at]];
      if (client !== undefined) await replicate(client, await master?.call('cluster', 'myid'));
      await untilReplicated(nodes[at] ?? replica, replica);
    }
    // A driver asks any node for the masters and replicas.
    await Promise.all(clients.map((client) => until('known', () => knowsReplicas(client, replicas.length))));
  } finally {
    for (const client of clients) client.disconnect();
  }
}

async function hasJoined(client: Redis, nodeCount: number): Promise<boolean> {
  const info = String(await client.call('cluster', 'info'));
  return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodeCount}`);
}

async function knowsReplicas(client: Redis, count: number): Promise<boolean> {
  const nodes = String(await client.call('cluster', 'nodes'));
  return nodes.split('\n').filter((line) => / (?:myself,)?slave /.test(line)).length === count;
}
