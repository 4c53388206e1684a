import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { redisBinary } from './redis-binary.ts';

/** A real server in a process of its own, which keeps nothing on disk unless it is told to. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Kills the process, waits until it is gone, and removes its folder. */
  stop(): Promise<void>;
}

/** Masters that share the slots. */
export interface RedisCluster {
  readonly nodes: readonly RedisServer[];
  stop(): Promise<void>;
}

const startsMax = 5;
const startTimeoutMs = 30_000;
const joinTimeoutMs = 60_000;
const joinPauseMs = 50;
const clusterSlots = 16_384;

/**
 * Starts a Redis or Valkey server on a free port.
 *
 * @param settings of the server, such as `['--maxmemory', '3mb']`
 * @throws {Error} if this machine has none, and none can be installed
 */
export function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  return startServer(async () => settings);
}

/** Starts three masters without replicas, and joins them to a cluster. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const nodes = await Promise.all([0, 1, 2].map(() => startServer(clusterSettings)));
  const stop = async () => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    await joinNodes(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  return { nodes, stop };
}

async function startServer(newSettings: () => Promise<readonly string[]>): Promise<RedisServer> {
  const { file, name } = await redisBinary();
  for (let starts = 1; ; starts++) {
    const port = await freePort();
    const settings = await newSettings();
    const folder = mkdtempSync(join(tmpdir(), 'billonce-redis-'));
    const standard = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
    const child = spawn(file, [...standard, ...settings], { argv0: name, stdio: ['ignore', 'pipe', 'pipe'] });
    const kill = () => child.kill('SIGKILL');
    process.once('exit', kill);
    const stop = async () => {
      await killed(child);
      process.off('exit', kill);
      rmSync(folder, { recursive: true, force: true });
    };
    try {
      await ready(child);
      return { url: `redis://127.0.0.1:${port}`, port, pid: child.pid ?? 0, stop };
    } catch (error) {
      await stop();
      // Another process may have taken the port in between.
      if (starts === startsMax) throw error;
    }
  }
}

async function clusterSettings(): Promise<readonly string[]> {
  const busPort = await freePort();
  return ['--cluster-enabled', 'yes', '--cluster-port', `${busPort}`, '--cluster-announce-ip', '127.0.0.1'];
}

async function joinNodes(nodes: readonly RedisServer[]): Promise<void> {
  const clients = nodes.map(({ port }) => new Redis(port, '127.0.0.1'));
  try {
    const share = clusterSlots / nodes.length;
    for (const [at, client] of clients.entries()) {
      const [from, to] = [Math.ceil(at * share), Math.ceil((at + 1) * share) - 1];
      await client.call('cluster', 'set-config-epoch', at + 1);
      await client.call('cluster', 'addslotsrange', from, to);
    }
    const [first, ...others] = clients;
    const busPort = await first?.call('config', 'get', 'cluster-port');
    for (const other of others) {
      await other.call(
        'cluster',
        'meet',
        '127.0.0.1',
        nodes[0]?.port ?? 0,
        String(busPort).split(',')[1] ?? '',
      );
    }
    await Promise.all(clients.map((client) => untilJoined(client, nodes.length)));
  } finally {
    for (const client of clients) client.disconnect();
  }
}

/** The nodes gossip: nothing tells when they have agreed but asking each of them. */
async function untilJoined(client: Redis, nodeCount: number): Promise<void> {
  const untilMs = Date.now() + joinTimeoutMs;
  for (;;) {
    const info = String(await client.call('cluster', 'info'));
    if (info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodeCount}`)) return;
    if (Date.now() > untilMs) throw new Error(`no cluster within ${joinTimeoutMs} ms:\n${info}`);
    await pause(joinPauseMs);
  }
}

async function ready(child: ChildProcess): Promise<void> {
  let printed = '';
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(
    () => reject(new Error(`no start within ${startTimeoutMs} ms:\n${printed}`)),
    startTimeoutMs,
  );
  const read = (chunk: Buffer) => {
    printed += chunk.toString();
    if (printed.includes('Ready to accept connections')) resolve();
  };
  child.stdout?.on('data', read);
  child.stderr?.on('data', read);
  child.once('error', reject);
  child.once('exit', (code) => reject(new Error(`the Redis server ended with ${code}:\n${printed}`)));
  try {
    await promise;
  } finally {
    clearTimeout(timer);
  }
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  // A server that is stopped by SIGSTOP does not see a gentler signal.
  child.kill('SIGKILL');
  await gone;
}

/** A port that nobody listens on at this moment. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
