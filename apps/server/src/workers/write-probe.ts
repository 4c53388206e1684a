import type { Logger } from 'pino';
import { type FaultFacts, factsOf } from '../fault-facts.ts';
import type { Durability } from '../ledger/storage-port.ts';
import type { Outcome } from '../ledger/submission.ts';

/** The dependencies of the probe. */
export interface WriteProbeDesk {
  /** @throws {StorageFault} if the storage refuses it */
  readonly probeWrite: () => Promise<Durability>;
  readonly log: Logger;
  readonly onFault: (facts: FaultFacts) => void;
  /** called when writes begin to fail, and when they succeed again */
  readonly onFailing?: ((isFailing: boolean) => void) | undefined;
  readonly onProbed: (outcome: 'written' | 'failed', error?: unknown) => void;
}

const everyMs = 1_000;

/**
 * Knows whether writes succeed. After a write fault the instance is not ready until a probe, a small committed write,
 * has succeeded. The loop probes once a second, and only while writes fail, so that an instance becomes ready again
 * without traffic.
 */
export class WriteProbe {
  readonly #desk: WriteProbeDesk;
  #fault: FaultFacts | undefined;
  /** the number of faults: a probe that began before the last of them proves nothing */
  #faults = 0;
  #probing: Promise<Durability> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isRunning = false;

  constructor(desk: WriteProbeDesk) {
    this.#desk = desk;
  }

  /** The last fault, unless a probe has succeeded since. */
  get fault(): FaultFacts | undefined {
    return this.#fault;
  }

  /** Takes the outcome of a write into account. */
  decided(outcome: Outcome): void {
    if (outcome.kind !== 'fault') return;
    if (outcome.code !== 'storage_unavailable' && outcome.code !== 'outcome_unknown') return;
    // Other transactions won the conflict, so the storage works.
    if (outcome.facts.isContention === true) return;
    this.#failed(outcome.facts);
  }

  /**
   * Probes once; callers that ask meanwhile share the same probe.
   *
   * @throws {StorageFault} if the write failed
   */
  runOnce(): Promise<Durability> {
    this.#probing ??= this.#probe().finally(() => {
      this.#probing = undefined;
    });
    return this.#probing;
  }

  start(): void {
    this.#isRunning = true;
    if (this.#fault !== undefined) this.#schedule(0);
  }

  /** Starts no further probe, and waits for the one that is running. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    clearTimeout(this.#timer);
    await this.#probing?.catch(() => undefined);
  }

  async #probe(): Promise<Durability> {
    const faultsBefore = this.#faults;
    try {
      const durability = await this.#desk.probeWrite();
      this.#desk.onProbed('written');
      if (this.#faults === faultsBefore) this.#succeeded();
      return durability;
    } catch (error) {
      this.#desk.onProbed('failed', error);
      this.#failed(factsOf(error));
      throw error;
    }
  }

  #failed(facts: FaultFacts): void {
    if (this.#fault === undefined) {
      this.#desk.onFailing?.(true);
      this.#desk.log.error({ err: facts }, 'writes fail: the server is not ready until a write succeeds');
    }
    this.#fault = facts;
    this.#faults += 1;
    this.#desk.onFault(facts);
    this.#schedule(0);
  }

  #succeeded(): void {
    if (this.#fault === undefined) return;
    this.#fault = undefined;
    this.#desk.onFailing?.(false);
    this.#desk.log.info('writes succeed again: the server is ready');
  }

  #schedule(inMs: number): void {
    if (!this.#isRunning || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.runOnce()
        .catch(() => undefined)
        .finally(() => {
          this.#timer = undefined;
          if (this.#fault !== undefined) this.#schedule(everyMs);
        });
    }, inMs);
    this.#timer.unref();
  }
}
