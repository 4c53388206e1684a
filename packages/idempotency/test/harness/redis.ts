import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { dataFolder } from './data-folder.ts';
import { freePort } from './free-port.ts';
import { redisBinary } from './redis-binary.ts';

/** A real server in a separate process. By default it keeps no data on disk. */
export interface RedisServer {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Kills the process, waits until it has ended, and removes its folder. */
  stop(): Promise<void>;
}

const startsMax = 5;
const startTimeoutMs = 30_000;

/** Servers that were not stopped. They end with this process. */
const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/**
 * Starts a Redis or Valkey server on a free port.
 *
 * @param settings of the server, such as `['--maxmemory', '3mb']`
 * @throws {Error} if this machine has none, and none can be installed
 */
export function startRedis(settings: readonly string[] = []): Promise<RedisServer> {
  return startServer(async () => settings);
}

/** @param newSettings the settings of one try: another process may take a port before it is used */
export async function startServer(newSettings: () => Promise<readonly string[]>): Promise<RedisServer> {
  const { file, name } = await redisBinary();
  for (let starts = 1; ; starts++) {
    const port = await freePort();
    const settings = await newSettings();
    const folder = mkdtempSync(join(dataFolder(), 'billonce-redis-'));
    const standard = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
    const child = spawn(file, [...standard, ...settings], { argv0: name, stdio: ['ignore', 'pipe', 'pipe'] });
    living.add(child);
    const stop = async () => {
      await killed(child);
      living.delete(child);
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
  // A server that is stopped by SIGSTOP does not receive other signals.
  child.kill('SIGKILL');
  await gone;
}
