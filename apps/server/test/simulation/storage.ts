import {
  type BatchChanges,
  isEmpty,
  type LedgerStorage,
  type Loaded,
  StorageFault,
} from '../../src/ledger/storage-port.ts';
import type { Wants } from '../../src/ledger/wants.ts';
import type { SimulatedDatabase, Transaction } from './database.ts';
import type { Disk } from './disk.ts';
import type { Owner, World } from './world.ts';

/** The message of a rejection that the world caused. Any other rejection is a defect of the server. */
export const plantedRejection = 'a value is out of range';

/** How often each fault of the database occurs: once in this many chances. */
const rarity = { error: 60, rejected: 150, decidedAgain: 25 } as const;

/** Called for each commit in order, before anything else can happen to the same tenants. */
export type OnApplied = (changes: BatchChanges) => void;

/**
 * The simulated database as one process uses it. Between any two steps anything else may happen, including the death of
 * the process.
 */
export class SimulatedStorage implements LedgerStorage {
  readonly #world: World;
  readonly #database: SimulatedDatabase;
  readonly #disk: Disk;
  readonly #owner: Owner;
  readonly #onApplied: OnApplied;

  constructor(world: World, database: SimulatedDatabase, disk: Disk, owner: Owner, onApplied: OnApplied) {
    this.#world = world;
    this.#database = database;
    this.#disk = disk;
    this.#owner = owner;
    this.#onApplied = onApplied;
  }

  async commit(wants: Wants, decide: (loaded: Loaded) => BatchChanges): Promise<void> {
    while (!(await this.#tryCommit(wants, decide)));
  }

  /** `false` if it must be decided again */
  async #tryCommit(wants: Wants, decide: (loaded: Loaded) => BatchChanges): Promise<boolean> {
    await this.#world.pause('begin', this.#owner);
    const tenants = [...wants.tenants.keys()].sort();
    const transaction = await this.#database.begin(tenants, this.#owner);
    try {
      await this.#step('load', transaction);
      const loaded = this.#database.load(wants);
      await this.#step('decide', transaction);
      const changes = decide(loaded);
      if (this.#world.strikes('rejected', rarity.rejected))
        throw new StorageFault('rejected', plantedRejection);
      if (isEmpty(changes)) return true;
      await this.#step('save', transaction);
      if (this.#world.strikes('decided_again', rarity.decidedAgain)) return false;
      await this.#step('commit', transaction);
      this.#disk.write();
      this.#database.apply(changes, tenants);
      this.#onApplied(changes);
      return true;
    } finally {
      this.#database.end(transaction);
    }
  }

  async #step(label: string, transaction: Transaction): Promise<void> {
    await this.#world.pause(label, this.#owner);
    if (transaction.isEnded) throw new StorageFault('unavailable', 'the database has ended the session');
    if (this.#world.strikes('storage_error', rarity.error))
      throw new StorageFault('unavailable', `an error at ${label}`);
  }

  close(): void {
    // There is nothing to close.
  }
}
