import { type Batch, type ExecutorOptions, StorageExecutor } from '../../src/ledger/batch-executor.ts';
import { LedgerLanes } from '../../src/ledger/ledger-lanes.ts';
import type { LedgerParts } from '../../src/ledger/ledger-parts.ts';
import { RecentReplays } from '../../src/ledger/recent-replays.ts';
import { type LedgerStorage, StorageFault } from '../../src/ledger/storage-port.ts';
import type { Outcome, Submission } from '../../src/ledger/submission.ts';
import type { SimulatedDatabase } from './database.ts';
import type { Disk } from './disk.ts';
import { type OnApplied, SimulatedStorage } from './storage.ts';
import type { Owner, World } from './world.ts';

const outcomeLostRarity = 40;
const replayBytesMax = 1_000_000;

/** Observes the decisions of the processes, in the order in which they take effect. */
export interface Referee {
  readonly onApplied: OnApplied;
  /** called for each submission of a batch, before anything else changes its tenant */
  decided(submission: Submission, outcome: Outcome, nowMs: number): void;
  /** called for each submission when it is answered, even from memory */
  replayed(submission: Submission, outcome: Outcome, isIdle: boolean): void;
}

export interface Parts {
  readonly world: World;
  readonly database: SimulatedDatabase;
  readonly disk: Disk;
  readonly referee: Referee;
  readonly options: ExecutorOptions;
}

/** The real executor. The referee sees its outcomes before they are passed on or lost. */
class WatchedExecutor extends StorageExecutor {
  readonly #parts: Parts;
  readonly #owner: Owner;
  readonly #judged = new WeakSet<Outcome>();
  /** the number of batches that are being executed */
  running = 0;

  constructor(
    parts: Parts,
    storage: LedgerStorage,
    owner: Owner,
    nowMs: ((batch: Batch) => number) | undefined,
  ) {
    super(storage, parts.options, nowMs);
    this.#parts = parts;
    this.#owner = owner;
  }

  override async execute(batch: Batch): Promise<readonly Outcome[]> {
    this.running += 1;
    const { world, referee } = this.#parts;
    const outcomes = await super.execute(batch);
    for (const [index, submission] of batch.submissions.entries()) {
      const outcome = outcomes[index];
      // If the submission was tried alone after its batch, it was judged then.
      if (outcome === undefined || this.#judged.has(outcome)) continue;
      this.#judged.add(outcome);
      referee.decided(submission, outcome, batch.nowMs);
    }
    this.running -= 1;
    await world.pause('acknowledge', this.#owner);
    if (!world.strikes('outcome_lost', outcomeLostRarity)) return outcomes;
    const fault = new StorageFault('outcome_unknown', 'the connection broke at the commit');
    return outcomes.map(() => ({ kind: 'fault', code: 'outcome_unknown', facts: fault.facts }));
  }
}

/** A server process without sockets: the real write path, from the queue to the storage. */
export class SimulatedServer implements Owner {
  isDead = false;
  /** the difference between its clock and that of the world */
  clockOffsetMs = 0;
  readonly #parts: Parts;
  readonly #ledger: LedgerLanes;
  readonly #executors: readonly WatchedExecutor[];

  constructor(parts: Parts) {
    const { world, database, disk, referee } = parts;
    this.#parts = parts;
    const isAlone = world.shape.engine === 'one';
    const storage = new SimulatedStorage(world, database, disk, this, referee.onApplied);
    const clock = isAlone ? undefined : () => this.nowMs();
    const lane = () => new WatchedExecutor(parts, storage, this, clock);
    this.#executors = isAlone ? [lane()] : [lane(), lane()];
    const cap = { answersMax: world.shape.answersMax, bytesMax: replayBytesMax };
    const ledgerParts: LedgerParts = {
      nowMs: () => this.nowMs(),
      replays: isAlone ? new RecentReplays(cap) : undefined,
      onDecided: (submission, outcome) => referee.replayed(submission, outcome, this.isIdle),
      // No real time passes here.
      passTurn: () => world.pause('turn', this),
    };
    this.#ledger = new LedgerLanes({ lanes: this.#executors, heavyLane: undefined }, ledgerParts);
  }

  nowMs(): number {
    return this.#parts.world.nowMs + this.clockOffsetMs;
  }

  /** Whether a batch was dispatched and is not decided yet. */
  get isBusy(): boolean {
    const { queuedItems } = this.#ledger.state;
    return queuedItems > 0 || this.#executors.some(({ running }) => running > 0);
  }

  get isIdle(): boolean {
    const { queuedItems, inFlightItems } = this.#ledger.state;
    return queuedItems === 0 && inFlightItems === 0;
  }

  submit(submission: Submission): Promise<Outcome> {
    return this.#ledger.submit(submission);
  }

  /** Ends the process without warning. */
  kill(): void {
    this.isDead = true;
    this.#parts.database.rollBackDead();
  }
}
