import type { KeptLease } from '../lease-keeper.ts';
import type { Conclusion } from './conclusion.ts';
import type { BegunOperation, OperationContext } from './context.ts';
import type { HeldKey } from './held-key.ts';
import { LeaseLostError } from './lease-lost-error.ts';

/** The lease of one execution. It is renewed until the execution ends, loses the lease, or takes longer than allowed. */
export class Lease implements KeptLease {
  previous: KeptLease | undefined;
  next: KeptLease | undefined;
  readonly #context: OperationContext;
  readonly #key: HeldKey;
  readonly #source: unknown;
  readonly #startedAtMs: number;
  readonly #onOvertime: () => void;
  readonly #conclusion: Pick<Conclusion, 'isWithin' | 'isCommitted'>;
  #expiresAtMs: number;
  #abort: AbortController | undefined;
  #isLost = false;
  #hasEnded = false;
  #isRenewing = false;

  /** @param onOvertime called when the lease was given up because the execution takes longer than allowed */
  constructor(
    context: OperationContext,
    key: HeldKey,
    conclusion: Pick<Conclusion, 'isWithin' | 'isCommitted'>,
    { claimedAtMs, source }: BegunOperation,
    onOvertime: () => void,
  ) {
    this.#conclusion = conclusion;
    this.#context = context;
    this.#key = key;
    this.#source = source;
    this.#startedAtMs = claimedAtMs;
    this.#expiresAtMs = claimedAtMs + context.settings.leaseMs;
    this.#onOvertime = onOvertime;
    context.keeper.add(this);
  }

  /** Aborted when the lease is lost. */
  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#isLost) this.#abort.abort(new LeaseLostError());
    }
    return this.#abort.signal;
  }

  keep(): void {
    if (this.#hasEnded) return;
    const { clock, executionMsMax } = this.#context.settings;
    const nowMs = clock.nowMs();
    if (nowMs - this.#startedAtMs >= executionMsMax) {
      this.#giveUp();
      this.#onOvertime();
      return;
    }
    if (this.#isRenewing) {
      if (nowMs >= this.#expiresAtMs) this.#giveUp();
      return;
    }
    this.#isRenewing = true;
    this.#renew(nowMs).catch(this.#context.calls.unforeseen);
  }

  /** Stops renewing the lease: the operation has ended. */
  end(): void {
    this.#hasEnded = true;
    this.#context.keeper.remove(this);
  }

  async #renew(nowMs: number): Promise<void> {
    const { clock, leaseMs } = this.#context.settings;
    const isHeld = await this.#key.renew(leaseMs);
    this.#isRenewing = false;
    if (this.#hasEnded) return;
    if (isHeld === true) this.#expiresAtMs = nowMs + leaseMs;
    else if (isHeld === false || clock.nowMs() >= this.#expiresAtMs) this.#giveUp();
  }

  /** Once the transaction of the operation has committed, no lease is needed, and none can be lost. */
  #giveUp(): void {
    if (!this.#conclusion.isWithin) this.#lose();
    else this.#loseUnlessCommitted().catch(this.#context.calls.unforeseen);
  }

  async #loseUnlessCommitted(): Promise<void> {
    if ((await this.#conclusion.isCommitted()) === true) this.#context.keeper.remove(this);
    else if (!this.#hasEnded) this.#lose();
  }

  #lose(): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#context.keeper.remove(this);
    this.#context.report({ kind: 'lease_lost', fencingToken: this.#key.fencingToken }, this.#source);
    this.#abort?.abort(new LeaseLostError());
  }
}
