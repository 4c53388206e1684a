import { hash, randomBytes } from 'node:crypto';

/** How many counts there are for places. With 10,000 addresses and tenants, one in a hundred shares its count with another. */
const placeSlots = 1_048_576;
/** How many counts there are for what scopes were given. */
const scopeSlots = 65_536;

/**
 * How often API keys were changed; how often the counts of scopes became uncertain; and of how many threads the last write failed.
 */
const numberNames = ['key_changes', 'uncertain_counts', 'failing_threads'] as const;

/** The memory that the HTTP threads of a process share. Plain data: it is passed to each of them. */
export interface SharedMemory {
  readonly places: SharedArrayBuffer;
  readonly given: SharedArrayBuffer;
  readonly numbers: SharedArrayBuffer;
  /** unknown to clients: none can choose an address or a name that shares the count of another one */
  readonly seed: string;
}

export function sharedMemory(): SharedMemory {
  return {
    places: new SharedArrayBuffer(placeSlots * Int32Array.BYTES_PER_ELEMENT),
    given: new SharedArrayBuffer(2 * scopeSlots * BigInt64Array.BYTES_PER_ELEMENT),
    numbers: new SharedArrayBuffer(numberNames.length * Int32Array.BYTES_PER_ELEMENT),
    seed: randomBytes(16).toString('hex'),
  };
}

function slotOf({ seed }: SharedMemory, name: string, slots: number): number {
  return hash('sha256', seed + name, 'buffer').readUInt32LE(0) % slots;
}

/** Counts places that are taken, by name, over all threads. Two names may share a count, and so a limit. */
export class SharedTally {
  readonly #memory: SharedMemory;
  readonly #counts: Int32Array<SharedArrayBuffer>;

  constructor(memory: SharedMemory) {
    this.#memory = memory;
    this.#counts = new Int32Array(memory.places);
  }

  take(name: string, max: number): boolean {
    const slot = slotOf(this.#memory, name, placeSlots);
    if (Atomics.add(this.#counts, slot, 1) < max) return true;
    Atomics.sub(this.#counts, slot, 1);
    return false;
  }

  giveBack(name: string): void {
    Atomics.sub(this.#counts, slotOf(this.#memory, name, placeSlots), 1);
  }
}

/** A number that all threads see. */
export class SharedNumber {
  readonly #numbers: Int32Array<SharedArrayBuffer>;
  readonly #at: number;

  constructor({ numbers }: SharedMemory, name: (typeof numberNames)[number]) {
    this.#numbers = new Int32Array(numbers);
    this.#at = numberNames.indexOf(name);
  }

  get value(): number {
    return Atomics.load(this.#numbers, this.#at);
  }

  advance(): void {
    Atomics.add(this.#numbers, this.#at, 1);
  }

  retreat(): void {
    Atomics.sub(this.#numbers, this.#at, 1);
  }
}

/**
 * What each scope was given by all threads. Two scopes may share a count: then the answers of both leave the memory of replays earlier,
 * and the writer is asked.
 */
export class SharedScopes {
  readonly #memory: SharedMemory;
  readonly #given: BigInt64Array<SharedArrayBuffer>;
  readonly #generation: SharedNumber;
  /** the slot of the scope that was named last: most requests in a row name the same one */
  #last = { scope: '', slot: 0 };

  constructor(memory: SharedMemory) {
    this.#memory = memory;
    this.#given = new BigInt64Array(memory.given);
    this.#generation = new SharedNumber(memory, 'uncertain_counts');
  }

  get generation(): number {
    return this.#generation.value;
  }

  given(scope: string): { readonly answers: number; readonly bytes: number } {
    const slot = this.#slotOf(scope);
    const [answers, bytes] = [Atomics.load(this.#given, slot), Atomics.load(this.#given, slot + 1)];
    return { answers: Number(answers), bytes: Number(bytes) };
  }

  add(scope: string, bytes: number): void {
    const slot = this.#slotOf(scope);
    Atomics.add(this.#given, slot, 1n);
    Atomics.add(this.#given, slot + 1, BigInt(bytes));
  }

  forgetAll(): void {
    this.#generation.advance();
  }

  #slotOf(scope: string): number {
    if (scope !== this.#last.scope) this.#last = { scope, slot: 2 * slotOf(this.#memory, scope, scopeSlots) };
    return this.#last.slot;
  }
}
