import type { EngineSettings } from '../options.ts';
import type { Awaitable, Claim, Slot } from '../store.ts';
import type { StoreCalls } from '../store-calls.ts';
import type { Attempt } from './attempt.ts';

/** Claims keys in the store, and releases those that are not executed. */
export class Claims {
  readonly #settings: EngineSettings;
  readonly #calls: StoreCalls;

  constructor(settings: EngineSettings, calls: StoreCalls) {
    this.#settings = settings;
    this.#calls = calls;
  }

  /** @throws {StoreFailure} */
  claim({ slot, fingerprint, keyTimeMs, takeOver }: Attempt): Awaitable<Claim> {
    const { store, leaseMs, futureToleranceMs } = this.#settings;
    // The time in a UUIDv7 key may be ahead of the key's first use by up to this tolerance. The record must last until
    // the key is refused for its age.
    const retentionMs = this.#settings.retentionMs + (keyTimeMs === undefined ? 0 : futureToleranceMs + 1);
    return this.#calls.call(
      'claim',
      () => store.claim(slot, { fingerprint, leaseMs, retentionMs, takeOver }),
      (late) => this.#endLate(slot, late, takeOver),
    );
  }

  /**
   * Ends a lease that no one uses. A key that was taken over stays abandoned: the previous execution may have taken
   * effect, and a released key would be executed as if it were new.
   */
  #endLate(slot: Slot, claim: Claim, takeOver: number | undefined): void {
    if (claim.kind !== 'claimed') return;
    const end = takeOver === undefined ? this.release : this.#abandon;
    end.call(this, slot, claim.fencingToken).catch(this.#calls.unforeseen);
  }

  async #abandon(slot: Slot, fencingToken: number): Promise<void> {
    const { store } = this.#settings;
    try {
      await this.#calls.call('renew', () => store.renew(slot, fencingToken, 0));
    } catch {
      // The failure is reported. The lease lapses, and the key is abandoned then.
    }
  }

  /** Releases a key that was claimed and not executed. Never rejects. */
  async release(slot: Slot, fencingToken: number): Promise<void> {
    const { store } = this.#settings;
    try {
      await this.#calls.call('release', () => store.release(slot, fencingToken));
    } catch {
      // The failure is reported. The lease lapses, and the key is then refused: too strict, but safe.
    }
  }
}
