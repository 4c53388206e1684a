import { type Random, randomOf } from '../harness/seeded-random.ts';

/** What can go wrong in a world. Shrinking takes them away one by one. */
export const faultKinds = [
  /** a server dies between any two steps */
  'server_dies',
  /** a client dies, and goes on from its journal */
  'client_dies',
  'request_lost',
  'request_doubled',
  'answer_lost',
  /** a client stops waiting and sends again */
  'time_out',
  /** the database refuses a transaction, at any step; nothing is applied */
  'storage_error',
  /** nothing can be written for a while */
  'disk_full',
  /** the database refuses a batch for good: each command is tried alone */
  'rejected',
  /** the database takes back what a transaction did, and decides it again */
  'decided_again',
  /** the database ends the transaction of an instance that is silent */
  'session_ended',
  /** a commit is applied, and its answer never comes */
  'outcome_lost',
  /** the disk says that it has synced, and loses what came after that with the power */
  'lying_disk',
  /** what has expired is forgotten */
  'sweep',
] as const;
type FaultKind = (typeof faultKinds)[number];

/** What a world is made of. With its seed it repeats a run. */
export interface Shape {
  /** `one`: a writer with its file; `many`: instances that share a database */
  readonly engine: 'one' | 'many';
  readonly servers: number;
  readonly clients: number;
  readonly steps: number;
  /** `agreeing`: every answer is compared with the model; `wild`: they drift, jump and disagree */
  readonly clocks: 'agreeing' | 'wild';
  /** how many answers a scope keeps */
  readonly answersMax: number;
  readonly faults: readonly FaultKind[];
}

/** A shape as `found.json` keeps it. */
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

/** Something that can happen next. What belongs to a process does not happen once that is dead. */
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

/** Everything that waits to happen, in no order but that of the seed; and what time it is. */
export class World {
  readonly random: Random;
  readonly shape: Shape;
  readonly #tasks: Task[] = [];
  readonly #faults: ReadonlySet<FaultKind>;
  /** what happened last */
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
    // The number is drawn in any case: without a fault, the same seed goes on in the same way.
    const isDrawn = this.random.below(rarity) === 0;
    return isDrawn && !this.isHealed && this.#faults.has(kind);
  }

  add(label: string, owner: Owner | undefined, run: () => void): void {
    this.#tasks.push({ label, owner, run });
  }

  /** Lets everything else happen first that the seed says. A process that dies meanwhile never goes on. */
  pause(label: string, owner: Owner): Promise<void> {
    return new Promise((resolve) => this.add(label, owner, resolve));
  }

  /** Lets one thing happen; `false` if there is none. */
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

/** Lets everything run that waits for nothing in the world. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
