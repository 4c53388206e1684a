import { type Random, randomOf } from '../harness/seeded-random.ts';

/** The faults that a world can have. Shrinking removes them one by one. */
export const faultKinds = [
  /** a server dies between any two steps */
  'server_dies',
  /** a client dies, and continues with its journal */
  'client_dies',
  'request_lost',
  'request_doubled',
  'answer_lost',
  /** a client stops waiting and sends again */
  'time_out',
  /** the database refuses a transaction, at any step; nothing is applied */
  'storage_error',
  /** nothing can be written for some time */
  'disk_full',
  /** the database permanently rejects a batch: each command is tried alone */
  'rejected',
  /** the database rolls a transaction back, and its batch is decided again */
  'decided_again',
  /** the database ends the transaction of a silent instance */
  'session_ended',
  /** a commit is applied, but its answer is lost */
  'outcome_lost',
  /** the disk reports that it has synced, and loses later commits when the power fails */
  'lying_disk',
  /** expired answers and records are deleted */
  'sweep',
] as const;
type FaultKind = (typeof faultKinds)[number];

/** The parts of a world. With its seed they repeat a run. */
export interface Shape {
  /** `one`: a writer with its file; `many`: instances that share a database */
  readonly engine: 'one' | 'many';
  readonly servers: number;
  readonly clients: number;
  readonly steps: number;
  /** `agreeing`: every answer is compared with the model; `wild`: they drift, jump and disagree */
  readonly clocks: 'agreeing' | 'wild';
  /** the number of answers that a scope keeps */
  readonly answersMax: number;
  readonly faults: readonly FaultKind[];
}

/** Parses a shape from `found.json`. */
export function parseShape(kept: {
  readonly engine: string;
  readonly servers: number;
  readonly clients: number;
  readonly steps: number;
  readonly clocks: string;
  readonly answersMax: number;
  readonly faults: readonly string[];
}): Shape {
  return {
    ...kept,
    engine: kept.engine === 'one' ? 'one' : 'many',
    clocks: kept.clocks === 'wild' ? 'wild' : 'agreeing',
    faults: faultKinds.filter((kind) => kept.faults.includes(kind)),
  };
}

/** A possible next event. It is dropped if its process dies. */
interface Task {
  readonly label: string;
  readonly owner: Owner | undefined;
  readonly run: () => void;
}

/** A process. */
export interface Owner {
  isDead: boolean;
}

const traceMax = 60;

/** Everything that waits to happen, in an order that the seed decides, and the current time. */
export class World {
  readonly random: Random;
  readonly shape: Shape;
  readonly #tasks: Task[] = [];
  readonly #faults: ReadonlySet<FaultKind>;
  /** the last events */
  readonly trace: string[] = [];
  nowMs: number;
  steps = 0;
  isHealed = false;

  constructor(seed: number, shape: Shape) {
    this.random = randomOf(seed);
    this.shape = shape;
    this.#faults = new Set(shape.faults);
    this.nowMs = Date.UTC(2026, 4, 1) + (seed % 86_400_000);
  }

  get waiting(): number {
    return this.#tasks.length;
  }

  /** Whether a fault happens here, one time in `rarity`. */
  strikes(kind: FaultKind, rarity: number): boolean {
    // The number is always drawn, so that the same seed continues in the same way without this fault.
    const isDrawn = this.random.below(rarity) === 0;
    return isDrawn && !this.isHealed && this.#faults.has(kind);
  }

  add(label: string, owner: Owner | undefined, run: () => void): void {
    this.#tasks.push({ label, owner, run });
  }

  /** Lets other events happen first, as the seed decides. If the process dies before its turn, this never resolves. */
  pause(label: string, owner: Owner): Promise<void> {
    return new Promise((resolve) => this.add(label, owner, resolve));
  }

  /** Lets one event happen; `false` if there is none. */
  runOne(): boolean {
    while (this.#tasks.length > 0) {
      const at = this.random.below(this.#tasks.length);
      const task = this.#tasks[at];
      const last = this.#tasks.pop();
      if (task === undefined || last === undefined) return false;
      if (at < this.#tasks.length) this.#tasks[at] = last;
      if (task.owner?.isDead === true) continue;
      this.note(task.label);
      task.run();
      return true;
    }
    return false;
  }

  note(label: string): void {
    this.trace.push(label);
    if (this.trace.length > traceMax) this.trace.shift();
  }
}

/** Runs everything that does not wait for an event of the world. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
