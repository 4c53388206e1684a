/** Something that is passed at once while it stands open, and that tells who waits before it while it is closed. */
export class Gate {
  #opened: PromiseWithResolvers<void> | undefined;
  #arrived = 0;
  readonly #watchers = new Set<() => void>();

  close(): void {
    this.#opened ??= Promise.withResolvers<void>();
  }

  open(): void {
    this.#opened?.resolve();
    this.#opened = undefined;
  }

  async pass(): Promise<void> {
    this.arrive();
    await this.#opened?.promise;
  }

  /** Comes to the gate without waiting before it. */
  arrive(): void {
    this.#arrived++;
    for (const watcher of this.#watchers) watcher();
  }

  /** How many have come to the gate, in all. */
  get arrivals(): number {
    return this.#arrived;
  }

  /** Waits until so many have come to the gate, in all. */
  async arrival(count = 1): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const watcher = () => {
      if (this.#arrived >= count) resolve();
    };
    this.#watchers.add(watcher);
    watcher();
    await promise;
    this.#watchers.delete(watcher);
  }
}
