import type { Logger } from 'pino';
import { lapsesPerCommit } from '../domain/hold.ts';
import type { Outcome, Submission } from '../ledger/submission.ts';
import type { Books, DueAgent } from '../reads/books.ts';

/** The dependencies of the worker. */
export interface PassingTimeDesk {
  readonly books: Pick<Books, 'dueAgents'>;
  readonly submit: (submission: Submission) => Promise<Outcome>;
  readonly nowMs: () => number;
  readonly log: Logger;
}

const everyMs = 1_000;
/** How many due rows one step reads. */
const dueRows = 500;
/** How many of them one command records, for all its agents together, so that no write waits long for it. */
const duePerCommand = 50;

/**
 * Records lapses and expiries of balances that have no writes, so that their events are sent soon. Nothing else depends
 * on it: every decision ignores expired grants and lapsed holds, even if this worker never runs.
 */
export class PassingTime {
  readonly #desk: PassingTimeDesk;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #isStopped = false;

  constructor(desk: PassingTimeDesk) {
    this.#desk = desk;
  }

  /** Records everything that is due now. */
  runOnce(): Promise<void> {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  start(): void {
    const run = (): void => {
      this.runOnce().catch((error: unknown) =>
        this.#desk.log.warn(
          { err: error },
          'expired grants and lapsed holds were not recorded; the server will retry',
        ),
      );
    };
    this.#timer = setInterval(run, everyMs).unref();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#running?.catch(() => undefined);
  }

  async #run(): Promise<void> {
    const { books, nowMs } = this.#desk;
    let before = '';
    for (let isMore = true; isMore && !this.#isStopped; ) {
      const due = await books.dueAgents(nowMs(), dueRows);
      // The clock of the decision may be behind this one: rows that are still due then are tried again in a second.
      const names = JSON.stringify(due);
      if (names === before) return;
      before = names;
      let hasMoved = false;
      for (const [tenant, agents] of Map.groupBy(due, ({ tenant }) => tenant)) {
        if (await this.#record(tenant, agents)) hasMoved = true;
      }
      // Rows that could not be recorded are tried again in a second.
      isMore = due.length > 0 && hasMoved;
    }
  }

  /** Returns whether something was recorded. */
  async #record(tenant: string, due: readonly DueAgent[]): Promise<boolean> {
    let hasMoved = false;
    for (const agents of commandsOf(due)) {
      if (this.#isStopped) break;
      const command = { kind: 'pass_time', agents } as const;
      const outcome = await this.#desk.submit({ tenant, command, key: undefined });
      if (outcome.kind === 'answered') hasMoved = true;
    }
    return hasMoved;
  }
}

/** The agents of each command. An agent with more than one commit records has a command for each. */
export function commandsOf(due: readonly DueAgent[]): string[][] {
  const commands: string[][] = [];
  let left = 0;
  for (const { agent, due: rows } of due) {
    const last = commands.at(-1);
    if (last !== undefined && rows <= left) {
      last.push(agent);
      left -= rows;
      continue;
    }
    const count = Math.ceil(rows / lapsesPerCommit);
    commands.push(...Array.from({ length: count }, () => [agent]));
    left = duePerCommand - rows;
  }
  return commands;
}
