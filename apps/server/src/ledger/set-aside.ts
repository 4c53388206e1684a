import type { Queued } from './fair-queue.ts';

/**
 * Elements that are carried out elsewhere, in the order of their lanes: they begin once everything that was sent
 * earlier from their lane has been answered. Their owner sends nothing more from that lane until they have ended.
 */
export class SetAside<T extends Queued> {
  readonly #carryOut: (group: readonly T[]) => Promise<void>;
  readonly #onEnded: (lane: string) => void;
  /** the number of sent and unanswered elements, by lane; missing if there are none */
  readonly #unanswered = new Map<string, number>();
  readonly #waiting = new Map<string, readonly T[]>();
  #groups = 0;

  /**
   * @param carryOut carries out a group, and resolves when it has ended
   * @param onEnded called when the elements of a lane that were set aside have ended
   */
  constructor(carryOut: (group: readonly T[]) => Promise<void>, onEnded: (lane: string) => void) {
    this.#carryOut = carryOut;
    this.#onEnded = onEnded;
  }

  /** Whether nothing waits or is being carried out. */
  get isEmpty(): boolean {
    return this.#groups === 0;
  }

  /** Sets elements aside, from a lane that has none set aside. */
  add(lane: string, group: readonly T[]): void {
    this.#groups += 1;
    if (this.#unanswered.has(lane)) this.#waiting.set(lane, group);
    else this.#start(lane, group);
  }

  sent(elements: readonly T[]): void {
    for (const { lane } of elements) this.#unanswered.set(lane, (this.#unanswered.get(lane) ?? 0) + 1);
  }

  answered(elements: readonly T[]): void {
    for (const { lane } of elements) {
      const left = (this.#unanswered.get(lane) ?? 0) - 1;
      if (left > 0) this.#unanswered.set(lane, left);
      else this.#unanswered.delete(lane);
      const group = this.#waiting.get(lane);
      if (left > 0 || group === undefined) continue;
      this.#waiting.delete(lane);
      this.#start(lane, group);
    }
  }

  #start(lane: string, group: readonly T[]): void {
    const end = () => {
      this.#groups -= 1;
      this.#onEnded(lane);
    };
    this.#carryOut(group).then(end, end);
  }
}
