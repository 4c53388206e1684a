import type { BatchExecutor } from './batch-executor.ts';
import { Ledger } from './ledger.ts';
import { heavyLimits, type LedgerParts, type LedgerState, type OnTimed } from './ledger-parts.ts';
import type { Outcome, Submission } from './submission.ts';

/** The executors of each lane's batches. */
export interface LaneExecutors {
  readonly lanes: readonly BatchExecutor[];
  /** for heavy commands of all lanes; `undefined` if there is one writer for everything */
  readonly heavyLane: BatchExecutor | undefined;
}

/** The part of a write path that submits, and reports its state. */
export type WritePath = Pick<
  Ledger,
  'submit' | 'replay' | 'hasRoom' | 'isOpen' | 'state' | 'announceClosing' | 'drain'
>;

/**
 * Several parallel write paths, so that a delayed batch delays only some tenants. The commands of a tenant always use
 * the same path, and so never wait for one another in the storage. Heavy commands of all tenants use a separate path:
 * only their own tenant waits for them.
 */
export class LedgerLanes implements WritePath {
  readonly #lanes: readonly Ledger[];
  readonly #heavyLane: Ledger | undefined;

  constructor(
    executors: LaneExecutors,
    parts: Pick<LedgerParts, 'nowMs' | 'onDecided' | 'limits' | 'replays'>,
  ) {
    const { nowMs } = parts;
    const heavyLane = executors.heavyLane && new Ledger(executors.heavyLane, { nowMs, limits: heavyLimits });
    this.#heavyLane = heavyLane;
    this.#lanes = executors.lanes.map((lane) => new Ledger(lane, { ...parts, heavyLane }));
  }

  get isOpen(): boolean {
    return this.#lanes.every(({ isOpen }) => isOpen);
  }

  get state(): LedgerState {
    const states = this.#all.map(({ state }) => state);
    const sum = (read: (state: LedgerState) => number) =>
      states.reduce((total, state) => total + read(state), 0);
    return {
      queuedItems: sum(({ queuedItems }) => queuedItems),
      queueSlots: sum(({ queueSlots }) => queueSlots),
      queueUsedRatio: Math.max(...states.map(({ queueUsedRatio }) => queueUsedRatio)),
      inFlightItems: sum(({ inFlightItems }) => inFlightItems),
      inFlightSlots: sum(({ inFlightSlots }) => inFlightSlots),
    };
  }

  announceClosing(): void {
    for (const lane of this.#lanes) lane.announceClosing();
  }

  hasRoom(tenant: string): boolean {
    return this.#laneOf(tenant).hasRoom(tenant);
  }

  replay(submission: Submission): Outcome | undefined {
    return this.#laneOf(submission.tenant).replay(submission);
  }

  submit(submission: Submission, onTimed?: OnTimed): Promise<Outcome> {
    return this.#laneOf(submission.tenant).submit(submission, onTimed);
  }

  #laneOf(tenant: string): Ledger {
    const lane = this.#lanes[numberOf(tenant) % this.#lanes.length];
    if (lane === undefined) throw new Error('a write path has at least one lane');
    return lane;
  }

  async drain(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.drain()));
    await this.#heavyLane?.drain();
  }

  get #all(): readonly Ledger[] {
    return this.#heavyLane === undefined ? this.#lanes : [...this.#lanes, this.#heavyLane];
  }
}

/** A number that distributes tenants evenly: FNV-1a. */
function numberOf(tenant: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < tenant.length; at++) {
    hash = Math.imul(hash ^ tenant.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}
