/** A waiting element, with its weight. */
export interface Queued {
  /** its owner: lanes take turns */
  readonly lane: string;
  readonly weight: number;
  /** accepted even if the queue is full: the sender limits the number of these */
  readonly isReserved?: boolean;
}

/** The limits of a queue, in weight. */
export interface QueueLimits {
  /** the most that waits */
  readonly queuedMax: number;
  /** the most that is taken at once, unless a single element is heavier */
  readonly takenMax: number;
  /** an element of this weight is taken without elements of other lanes; `takenMax` by default */
  readonly heavyFrom?: number;
  /** the factor for a heavy element's debt, because others wait for it; 1 by default */
  readonly heavyOwed?: number;
  /** what a lane may take in a turn while others want theirs; anything beyond becomes its debt */
  readonly creditPerTurn: number;
  /** for how many turns a lane without elements is expected to return */
  readonly expectedTurns: number;
}

interface Lane<T> {
  elements: T[];
  head: number;
  weight: number;
  /** what it took beyond its share; it takes nothing while it owes a turn's credit or more */
  debt: number;
  /** for a lane without elements: the number of turns for which it is still expected */
  turnsExpected: number;
}

/**
 * A bounded queue that gives each lane its share by weight (surplus round robin). One element is taken from each lane
 * in turn, in order within a lane. What a lane takes becomes its debt, and each turn pays off a part. A lane with too
 * much debt waits while other lanes wait, or are expected: a client that was just answered sends its next request a
 * moment later. No lane may fill the queue while there are others.
 */
export class FairQueue<T extends Queued> {
  readonly #limits: QueueLimits;
  /** those with elements, the next one first */
  readonly #lanes = new Map<string, Lane<T>>();
  /** those without elements that have debt or are expected */
  readonly #away = new Map<string, Lane<T>>();
  /** those from which nothing is taken now */
  readonly #held = new Set<string>();
  #weight = 0;
  /** whether the last element taken was a heavy one */
  #wasHeavy = false;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  /** The total weight of the waiting elements. */
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

  /** Takes nothing from a lane until it is released. */
  hold(lane: string): void {
    this.#held.add(lane);
  }

  release(lane: string): void {
    this.#held.delete(lane);
  }

  /** Whether there is room for another element of a lane, at least for a light one. */
  hasRoom(lane: string): boolean {
    return this.#fits(this.#lanes.get(lane), 1);
  }

  /** Queues an element, or refuses it (`false`) because too much is waiting: in total, or in its lane. */
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

  /**
   * Ends a turn: what was taken before has been processed, or some time has passed. Each lane pays off a part of its
   * debt.
   */
  endTurn(): void {
    this.#pay(this.#limits.creditPerTurn);
    for (const [name, lane] of this.#away) {
      lane.turnsExpected -= 1;
      if (lane.turnsExpected <= 0 && lane.debt === 0) this.#away.delete(name);
    }
  }

  /**
   * Takes a batch: one element from each lane in turn, until nothing more fits or nothing waits. A lane whose next
   * element does not fit keeps its turn for the next batch. A heavy element is taken without those of other lanes, and
   * is followed by lighter ones, if any wait. Nothing is taken (`[]`) if all waiting lanes have too much debt and
   * others are expected: the caller tries again when a turn has ended.
   */
  take(): T[] {
    const lighter = this.#wasHeavy ? this.#takeFitting((element) => !this.#isHeavy(element)) : [];
    const taken = lighter.length > 0 ? lighter : this.#takeFitting(() => true);
    if (taken.length > 0) this.#wasHeavy = taken.some((element) => this.#isHeavy(element));
    return taken;
  }

  #fits(lane: Lane<T> | undefined, weight: number): boolean {
    const others = this.#lanes.size - (lane === undefined ? 0 : 1);
    // A single lane may take half of the queue, so that a second one always finds room.
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
      // Waiting lighter elements get the next batch, so no more heavy ones are taken before them.
      const isHeavy = taken[0] !== undefined && this.#isHeavy(taken[0]);
      if ((isHeavy && passed.size > this.#held.size) || !this.#advance(passed)) return taken;
    }
  }

  /**
   * If all waiting lanes have too much debt, and no lane with less is expected, the turns that they wait for pass
   * immediately.
   */
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

  /** Removes the next element of a lane. The turn of this lane is over: the other waiting lanes come first. */
  #remove(name: string, lane: Lane<T>, element: T): void {
    const { weight, isReserved } = element;
    lane.head += 1;
    lane.weight -= weight;
    lane.debt += this.#isHeavy(element) ? weight * (this.#limits.heavyOwed ?? 1) : weight;
    this.#weight -= weight;
    this.#lanes.delete(name);
    if (lane.head === lane.elements.length) {
      // No client waits for a reserved element, so its lane is not expected to return.
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
