/** Something that waits, with what it weighs. */
export interface Queued {
  /** who it is from: each lane gets its turn */
  readonly lane: string;
  readonly weight: number;
  /** taken also when the queue is full: whoever offers it bounds how many of those there are */
  readonly isReserved?: boolean;
}

/** The bounds of a queue, in weight. */
export interface QueueLimits {
  /** the most that waits */
  readonly queuedMax: number;
  /** the most that is taken at a time, unless a single element is heavier */
  readonly takenMax: number;
}

interface Lane<T> {
  elements: T[];
  head: number;
  weight: number;
}

/**
 * A bounded queue that gives each lane its share: elements are taken one from each lane in turn, in order within
 * a lane, and no lane may fill the queue while there are others.
 */
export class FairQueue<T extends Queued> {
  readonly #limits: QueueLimits;
  readonly #lanes = new Map<string, Lane<T>>();
  #weight = 0;
  /** whether what was taken last was a heavy element */
  #wasHeavy = false;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** What waits, in weight. */
  get weight(): number {
    return this.#weight;
  }

  get isEmpty(): boolean {
    return this.#lanes.size === 0;
  }

  /** Queues an element, or refuses it (`false`) because too much waits: of all, or of its lane. */
  offer(element: T): boolean {
    const lane = this.#lanes.get(element.lane);
    const others = this.#lanes.size - (lane === undefined ? 0 : 1);
    // A lane alone may take half of the queue, so that a second one always finds room.
    const laneMax = this.#limits.queuedMax / (others + 2);
    const laneWeight = (lane?.weight ?? 0) + element.weight;
    if (element.isReserved !== true) {
      if (lane !== undefined && laneWeight > laneMax) return false;
      if (this.#weight > 0 && this.#weight + element.weight > this.#limits.queuedMax) return false;
    }
    if (lane === undefined) {
      this.#lanes.set(element.lane, { elements: [element], head: 0, weight: element.weight });
    } else {
      lane.elements.push(element);
      lane.weight = laneWeight;
    }
    this.#weight += element.weight;
    return true;
  }

  /**
   * Takes a batch: one element from each lane in turn, until nothing more fits or nothing waits. A lane whose next element
   * does not fit keeps its turn for the next batch. An element as heavy as a batch goes alone, and after it comes what
   * is lighter, if any waits: so other lanes have their turn between two heavy ones of one lane.
   */
  take(): T[] {
    const lighter = this.#wasHeavy ? this.#takeFitting((element) => !this.#isHeavy(element)) : [];
    const taken = lighter.length > 0 ? lighter : this.#takeFitting(() => true);
    this.#wasHeavy = taken.some((element) => this.#isHeavy(element));
    return taken;
  }

  #takeFitting(mayBeFirst: (element: T) => boolean): T[] {
    const taken: T[] = [];
    let weight = 0;
    const passed = new Set<string>();
    while (passed.size < this.#lanes.size) {
      for (const [name, lane] of [...this.#lanes]) {
        if (passed.has(name)) continue;
        const element = lane.elements[lane.head];
        if (element === undefined) throw new Error('a lane without elements is never kept');
        const fits =
          taken.length === 0 ? mayBeFirst(element) : weight + element.weight <= this.#limits.takenMax;
        if (!fits) {
          passed.add(name);
          continue;
        }
        taken.push(element);
        weight += element.weight;
        this.#remove(name, lane, element.weight);
      }
    }
    return taken;
  }

  #isHeavy({ weight }: T): boolean {
    return weight >= this.#limits.takenMax;
  }

  /** Removes the next element of a lane, whose turn is over: the lanes that wait for theirs come first. */
  #remove(name: string, lane: Lane<T>, weight: number): void {
    lane.head += 1;
    lane.weight -= weight;
    this.#weight -= weight;
    this.#lanes.delete(name);
    if (lane.head === lane.elements.length) return;
    if (lane.head > 1024 && lane.head * 2 > lane.elements.length) {
      lane.elements = lane.elements.slice(lane.head);
      lane.head = 0;
    }
    this.#lanes.set(name, lane);
  }
}
