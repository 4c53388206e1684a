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
  /** an element that weighs so much is taken without those of other lanes; `takenMax` if it is not set */
  readonly heavyFrom?: number;
  /** a heavy element is owed so many times, because the others wait for it; once if it is not set */
  readonly heavyOwed?: number;
  /** what a lane may take in a turn while others want theirs; what it takes beyond that it owes */
  readonly creditPerTurn: number;
  /** for how many turns a lane that has nothing waiting is expected to come again */
  readonly expectedTurns: number;
}

interface Lane<T> {
  elements: T[];
  head: number;
  weight: number;
  /** what it took beyond its share; it takes nothing while it owes a turn's credit or more */
  debt: number;
  /** of a lane with nothing waiting: turns for which it is still expected */
  turnsExpected: number;
}

/**
 * A bounded queue that gives each lane its share by weight (surplus round robin). Elements are taken one from each lane in
 * turn, in order within a lane. What a lane takes it owes, and each turn pays a part of it; a lane that owes too much waits
 * while others wait, or are expected: a client that was just answered sends its next request a moment later. No lane
 * may fill the queue while there are others.
 */
export class FairQueue<T extends Queued> {
  readonly #limits: QueueLimits;
  /** those with elements, the next one first */
  readonly #lanes = new Map<string, Lane<T>>();
  /** those without elements that owe something or are expected */
  readonly #away = new Map<string, Lane<T>>();
  /** those of which nothing is taken now */
  readonly #held = new Set<string>();
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

  /** Whether a lane that is not held has elements. */
  get hasReady(): boolean {
    if (this.#held.size === 0) return this.#lanes.size > 0;
    return [...this.#lanes.keys()].some((name) => !this.#held.has(name));
  }

  /** Takes nothing of a lane until it is released. */
  hold(lane: string): void {
    this.#held.add(lane);
  }

  release(lane: string): void {
    this.#held.delete(lane);
  }

  /** Whether there is room for another element of a lane, a light one at least. */
  hasRoom(lane: string): boolean {
    return this.#fits(this.#lanes.get(lane), 1);
  }

  /** Queues an element, or refuses it (`false`) because too much waits: of all, or of its lane. */
  offer(element: T): boolean {
    const lane = this.#lanes.get(element.lane);
    if (element.isReserved !== true && !this.#fits(lane, element.weight)) return false;
    if (lane === undefined) {
      const debt = this.#away.get(element.lane)?.debt ?? 0;
      this.#away.delete(element.lane);
      const { weight } = element;
      this.#lanes.set(element.lane, {
        elements: [element],
        head: 0,
        weight,
        debt,
        turnsExpected: this.#limits.expectedTurns,
      });
    } else {
      lane.elements.push(element);
      lane.weight += element.weight;
    }
    this.#weight += element.weight;
    return true;
  }

  /** Ends a turn: what was taken before has been worked off, or some time has passed. Each lane pays of what it owes. */
  endTurn(): void {
    this.#pay(this.#limits.creditPerTurn);
    for (const [name, lane] of this.#away) {
      lane.turnsExpected -= 1;
      if (lane.turnsExpected <= 0 && lane.debt === 0) this.#away.delete(name);
    }
  }

  /**
   * Takes a batch: one element from each lane in turn, until nothing more fits or nothing waits. A lane whose next element
   * does not fit keeps its turn for the next batch. A heavy element goes without those of other lanes, and after it comes what
   * is lighter, if any waits. Nothing is taken (`[]`) if all that wait owe too much and others are expected: it is then
   * asked for again when a turn has ended.
   */
  take(): T[] {
    const lighter = this.#wasHeavy ? this.#takeFitting((element) => !this.#isHeavy(element)) : [];
    const taken = lighter.length > 0 ? lighter : this.#takeFitting(() => true);
    if (taken.length > 0) this.#wasHeavy = taken.some((element) => this.#isHeavy(element));
    return taken;
  }

  #fits(lane: Lane<T> | undefined, weight: number): boolean {
    const others = this.#lanes.size - (lane === undefined ? 0 : 1);
    // A lane alone may take half of the queue, so that a second one always finds room.
    const laneMax = this.#limits.queuedMax / (others + 2);
    if (lane !== undefined && lane.weight + weight > laneMax) return false;
    return this.#weight === 0 || this.#weight + weight <= this.#limits.queuedMax;
  }

  #takeFitting(mayBeFirst: (element: T) => boolean): T[] {
    const taken: T[] = [];
    let weight = 0;
    const passed = new Set(this.#held);
    const takesPart = (name: string, lane: Lane<T>) => !passed.has(name) && !this.#isInDebt(lane);
    for (;;) {
      for (const [name, lane] of [...this.#lanes]) {
        if (!takesPart(name, lane)) continue;
        const element = lane.elements[lane.head];
        if (element === undefined) throw new Error('a lane without elements is never kept');
        const [first] = taken;
        const fits =
          first === undefined
            ? mayBeFirst(element)
            : weight + element.weight <= this.#limits.takenMax && this.#mayGoWith(first, element);
        if (!fits) {
          passed.add(name);
          continue;
        }
        taken.push(element);
        weight += element.weight;
        this.#remove(name, lane, element);
      }
      if ([...this.#lanes].some(([name, lane]) => takesPart(name, lane))) continue;
      // Lighter ones that wait have the next batch, so that no more heavy ones go before them.
      const isHeavy = taken[0] !== undefined && this.#isHeavy(taken[0]);
      if ((isHeavy && passed.size > this.#held.size) || !this.#advance(passed)) return taken;
    }
  }

  /** When all that wait owe too much, and none that owes less is expected, the turns that they wait for pass at once. */
  #advance(passed: ReadonlySet<string>): boolean {
    let least = Number.POSITIVE_INFINITY;
    for (const [name, { debt }] of this.#lanes) if (!passed.has(name)) least = Math.min(least, debt);
    if (least === Number.POSITIVE_INFINITY) return false;
    for (const [name, { turnsExpected, debt }] of this.#away)
      if (turnsExpected > 0 && debt < least && !this.#held.has(name)) return false;
    const { creditPerTurn } = this.#limits;
    this.#pay(Math.max(creditPerTurn, least - creditPerTurn + 1));
    return true;
  }

  #isInDebt({ debt }: Lane<T>): boolean {
    return debt >= this.#limits.creditPerTurn;
  }

  #pay(weight: number): void {
    for (const lanes of [this.#lanes, this.#away]) {
      for (const lane of lanes.values()) lane.debt = Math.max(0, lane.debt - weight);
    }
  }

  #isHeavy({ weight }: T): boolean {
    return weight >= (this.#limits.heavyFrom ?? this.#limits.takenMax);
  }

  #mayGoWith(first: T, element: T): boolean {
    if (!this.#isHeavy(first)) return !this.#isHeavy(element);
    return element.lane === first.lane && this.#isHeavy(element);
  }

  /** Removes the next element of a lane, whose turn is over: the lanes that wait for theirs come first. */
  #remove(name: string, lane: Lane<T>, element: T): void {
    const { weight, isReserved } = element;
    lane.head += 1;
    lane.weight -= weight;
    lane.debt += this.#isHeavy(element) ? weight * (this.#limits.heavyOwed ?? 1) : weight;
    this.#weight -= weight;
    this.#lanes.delete(name);
    if (lane.head === lane.elements.length) {
      // No client waits for what is reserved, so no one waits for its lane.
      const turnsExpected = isReserved === true ? 0 : this.#limits.expectedTurns;
      this.#away.set(name, { ...lane, elements: [], head: 0, turnsExpected });
      return;
    }
    if (lane.head > 1024 && lane.head * 2 > lane.elements.length) {
      lane.elements = lane.elements.slice(lane.head);
      lane.head = 0;
    }
    this.#lanes.set(name, lane);
  }
}
