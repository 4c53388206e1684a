/** A gate: while it is open, work passes immediately; while it is closed, it shows which work waits. */
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

  /** Arrives at the gate without waiting. */
  arrive(): void {
    this.#arrived++;
    for (const watcher of this.#watchers) watcher();
  }

  /** The total number of arrivals. */
  get arrivals(): number {
    return this.#arrived;
  }

  /** Waits for a total number of arrivals. */
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
