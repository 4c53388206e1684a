import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long the API may take to start, and to stop in good order. */
const patienceMs = 60_000;

/** The API as a process that the run starts, stops and kills. */
export class Subject {
  readonly #command: string;
  readonly #origin: URL;
  #child: ChildProcess | undefined;
  #printed = '';

  constructor(command: string, origin: URL) {
    this.#command = command;
    this.#origin = origin;
  }

  /**
   * Starts the command in a shell, and waits until its port accepts connections.
   *
   * @throws {Error} if the port is taken before, if the command ends, or if it takes too long
   */
  async start(): Promise<void> {
    if (await this.#accepts())
      throw new Error(`${this.#origin.host} is in use before the command of --start ran`);
    // The command gets a separate process group, because a shell does not pass on signals.
    const child = spawn(this.#command, { shell: true, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.#printed = '';
    // The command is in another process group, so Ctrl-C does not reach it.
    process.once('exit', () => {
      // After the end of the process, its id may belong to another process. `exitCode` is null after a signal, too.
      if (child.exitCode === null && child.signalCode === null) killGroup(child.pid ?? 0, 'SIGKILL');
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.#printed = `${this.#printed}${chunk.toString()}`.slice(-4_000);
      });
    }
    const deadlineMs = performance.now() + patienceMs;
    while (!(await this.#accepts())) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(this.#report('ended'));
      if (performance.now() > deadlineMs)
        throw new Error(this.#report(`did not listen at ${this.#origin.host}`));
      await sleep(20);
    }
  }

  /** Sends a signal to the command and all processes that it started, and waits until they are gone. */
  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined) return;
    this.#child = undefined;
    const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
    killGroup(child.pid, signal);
    const timer = setTimeout(() => killGroup(child.pid ?? 0, 'SIGKILL'), patienceMs);
    await gone;
    clearTimeout(timer);
    // Processes that the shell started may outlive it for a moment.
    killGroup(child.pid, 'SIGKILL');
    const deadlineMs = performance.now() + patienceMs;
    while (performance.now() < deadlineMs && (await this.#accepts())) await sleep(20);
  }

  async #accepts(): Promise<boolean> {
    const port = Number(this.#origin.port || (this.#origin.protocol === 'https:' ? 443 : 80));
    const socket = connect(port, this.#origin.hostname.replace(/^\[|\]$/g, ''));
    try {
      await once(socket, 'connect');
      return true;
    } catch {
      return false;
    } finally {
      socket.destroy();
    }
  }

  #report(what: string): string {
    return `the command of --start ${what}${this.#printed === '' ? '' : `; it printed:\n${this.#printed}`}`;
  }
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  if (pid === 0) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It is gone.
  }
}
