import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Socket } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { dataFolder } from '../../../../packages/idempotency/test/harness/data-folder.ts';
import { freePort } from '../../../../packages/idempotency/test/harness/free-port.ts';
import {
  initialize,
  makeData,
  nativeFolder,
  reachable,
  readiness,
  type UserIds,
  unprivileged,
} from '../../../../packages/idempotency/test/harness/postgres-program.ts';
import { onEnd } from './on-end.ts';

/** Everything is flushed, as in production: these servers are really killed. */
const safeSettings = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  shared_buffers: '64MB',
  max_connections: '100',
  wal_level: 'replica',
  hot_standby: 'on',
  max_wal_senders: '4',
  wal_receiver_timeout: '5s',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
};
const startsMax = 40;
const againMs = 100;
const looksMax = 4_000;
const lookEveryMs = 25;

/** Stops the server when this process closes the pipe or ends in any way. QUIT does not wait for clients. */
const keep = `"$@" & server=$!
  cat > /dev/null
  kill -QUIT $server 2> /dev/null
  wait $server`;

/** Where a server is, if not where the tests have theirs. */
export interface PostgresPlace {
  /** the folder of its programs, if they are not those of the package that the tests install */
  readonly programs?: string | undefined;
  /** the folder that gets its data, which may be on a separate disk; the test removes it */
  readonly folder?: string;
}

/** A PostgreSQL with a separate folder and port, which can be killed and restarted. */
export class PostgresNode {
  readonly port: number;
  readonly #folder: string;
  readonly #bin: string;
  readonly #programs: string | undefined;
  readonly #ids: UserIds;
  readonly #settings: Readonly<Record<string, string>>;
  #keeper: ChildProcess | undefined;
  /** the process of the server, as it was last read: without its disk, the file cannot be read */
  #knownPid = 0;

  private constructor(
    place: {
      readonly port: number;
      readonly folder: string;
      readonly bin: string;
      readonly programs: string | undefined;
      readonly ids: UserIds;
    },
    settings: Readonly<Record<string, string>>,
  ) {
    this.port = place.port;
    this.#folder = place.folder;
    this.#bin = place.bin;
    this.#programs = place.programs;
    this.#ids = place.ids;
    this.#settings = { ...safeSettings, ...settings };
  }

  /** Makes an empty one and starts it; it ends with the test. */
  static async start(
    t: TestContext,
    settings: Readonly<Record<string, string>> = {},
    place: PostgresPlace = {},
  ): Promise<PostgresNode> {
    const node = await PostgresNode.#prepared(t, settings, place);
    const make = place.programs === undefined ? initialize : makeData;
    await make(join(node.#bin, 'initdb'), node.#folder, node.#ids);
    await node.start();
    return node;
  }

  static async #prepared(
    t: TestContext,
    settings: Readonly<Record<string, string>>,
    { programs, folder: given }: PostgresPlace = {},
  ): Promise<PostgresNode> {
    const made = mkdtempSync(join(dataFolder(), 'billonce-postgres-'));
    const folder = given ?? made;
    const ids = unprivileged();
    if (ids.uid !== undefined && ids.gid !== undefined)
      for (const own of [made, folder]) chownSync(own, ids.uid, ids.gid);
    const bin = programs ?? join(reachable(nativeFolder(), made, ids), 'bin');
    const node = new PostgresNode({ port: await freePort(), folder, bin, programs, ids }, settings);
    onEnd(t, async () => {
      await node.stop();
      rmSync(made, { recursive: true, force: true });
    });
    return node;
  }

  get url(): string {
    return `postgresql://postgres@127.0.0.1:${this.port}/postgres`;
  }

  /** Starts it, and waits until it accepts connections. */
  async start(): Promise<void> {
    for (let starts = 1; ; starts++) {
      const said = await this.#tryStart();
      if (said === undefined) {
        this.#knownPid = this.#pid();
        return;
      }
      // A backend of a killed server may still run for a moment, because it has not noticed the kill yet.
      if (starts === startsMax) throw new Error(`PostgreSQL did not start: ${said}`);
      await this.stop();
      await pause(againMs);
    }
  }

  /** Kills the server like a crash of its machine would. Flushed data is there when it starts again. */
  async kill(): Promise<void> {
    try {
      process.kill(this.#knownPid, 'SIGKILL');
    } catch (error) {
      // A server whose disk failed has ended already.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
    await this.stop();
  }

  /** Sends a signal such as SIGSTOP or SIGCONT to the server and all processes that it has started. */
  signal(signal: NodeJS.Signals): void {
    for (const pid of this.#processes()) process.kill(pid, signal);
  }

  async stop(): Promise<void> {
    const keeper = this.#keeper;
    this.#keeper = undefined;
    if (keeper === undefined || keeper.exitCode !== null) return;
    keeper.ref();
    const exited = once(keeper, 'exit');
    keeper.stdin?.end();
    await exited;
  }

  /**
   * Creates a streaming standby of it, and starts both. It is stopped for the copy.
   *
   * @param name under which the standby can be named in `synchronous_standby_names`
   * @param after settings that have an effect when it is promoted
   */
  async standby(
    t: TestContext,
    name: string,
    after: Readonly<Record<string, string>> = { synchronous_standby_names: '' },
  ): Promise<PostgresNode> {
    const settings = {
      ...this.#settings,
      ...after,
      // The user that it runs as may not be able to look for a certificate at home.
      primary_conninfo: `host=127.0.0.1 port=${this.port} user=postgres sslmode=disable application_name=${name}`,
    };
    const standby = await PostgresNode.#prepared(t, settings, { programs: this.#programs });
    await this.stopCleanly();
    const data = join(standby.#folder, 'data');
    cpSync(join(this.#folder, 'data'), data, { recursive: true });
    writeFileSync(join(data, 'standby.signal'), '');
    const { uid, gid } = this.#ids;
    if (uid !== undefined) execFileSync('chown', ['-R', `${uid}:${gid}`, standby.#folder]);
    execFileSync('chmod', ['-R', 'u=rwX,go=', data]);
    await this.start();
    await standby.start();
    return standby;
  }

  /** Waits until a standby has caught up so far that commits wait for it. */
  async untilSynchronous(): Promise<void> {
    for (let looks = 0; looks < looksMax; looks++) {
      const rows = await this.query(`SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'`);
      if (rows.length > 0) return;
      await pause(lookEveryMs);
    }
    throw new Error('the standby is not synchronous');
  }

  /** Promotes a standby, and waits until it accepts writes. */
  async promote(): Promise<void> {
    await this.query('SELECT pg_promote(true, 600)');
  }

  /** Removes the data of one that was killed and never starts again. */
  discard(): void {
    rmSync(join(this.#folder, 'data'), { recursive: true, force: true });
  }

  /** Runs one statement on a separate connection. */
  async query(sql: string): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: this.url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  /** FAST disconnects clients and flushes everything. */
  async stopCleanly(): Promise<void> {
    const keeper = this.#keeper;
    if (keeper === undefined) return;
    process.kill(this.#pid(), 'SIGINT');
    while (this.#processes().length > 0) await pause(againMs / 5);
    await this.stop();
  }

  async #tryStart(): Promise<string | undefined> {
    const flags = Object.entries(this.#settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const command = [
      join(this.#bin, 'postgres'),
      '-D',
      join(this.#folder, 'data'),
      '-p',
      `${this.port}`,
      ...flags,
    ];
    this.#keeper = spawn('sh', ['-c', keep, 'sh', ...command], {
      ...this.#ids,
      cwd: this.#folder,
      detached: true,
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    const { stderr } = this.#keeper;
    if (stderr === null) throw new Error('the server has no log');
    const said = await readiness(stderr);
    stderr.resume();
    // The remaining processes of a killed server must not keep a process alive whose tests have ended.
    this.#keeper?.unref();
    for (const stream of this.#keeper?.stdio ?? []) if (stream instanceof Socket) stream.unref();
    return said;
  }

  #pid(): number {
    return Number(readFileSync(join(this.#folder, 'data', 'postmaster.pid'), 'utf8').split('\n', 1)[0]);
  }

  /** The running processes of the server, including those that it has started. */
  #processes(): number[] {
    try {
      const pid = this.#pid();
      const listed = execFileSync('ps', ['-o', 'pid=,ppid=,stat=', '-e'], { encoding: 'utf8' });
      return listed.split('\n').flatMap((line) => {
        const [own, parent, state] = line.trim().split(/\s+/);
        const isOurs = Number(own) === pid || Number(parent) === pid;
        return isOurs && state?.startsWith('Z') === false ? [Number(own)] : [];
      });
    } catch {
      return [];
    }
  }
}
