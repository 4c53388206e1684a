import { checkOptions } from '../../../../../packages/idempotency/src/core/check-options.ts';
import { IdempotencyEngine } from '../../../../../packages/idempotency/src/core/engine.ts';
import type { IdempotentRequest } from '../../../../../packages/idempotency/src/core/idempotent-request.ts';
import type { KeptResponse } from '../../../../../packages/idempotency/src/core/kept-response.ts';
import type { IdempotencyStore } from '../../../../../packages/idempotency/src/core/store.ts';
import { ManualClock } from '../../../../../packages/idempotency/src/testing/manual-clock.ts';
import type { Owner, World } from '../world.ts';
import type { LibraryReferee } from './referee.ts';

const storeFailsRarity = 25;

/** A process with an engine of the library. Its handler has effects outside the store. */
export class LibraryProcess implements Owner {
  isDead = false;
  readonly clock: ManualClock;
  readonly #world: World;
  readonly #engine: IdempotencyEngine;
  readonly #referee: LibraryReferee;

  constructor(
    world: World,
    store: IdempotencyStore,
    referee: LibraryReferee,
    onAbandoned: 'refuse' | 'rerun',
  ) {
    this.#world = world;
    this.#referee = referee;
    this.clock = new ManualClock(world.nowMs);
    const own = this.#far(store);
    this.#engine = new IdempotencyEngine(checkOptions({ store: own, clock: this.clock, onAbandoned }));
  }

  /** The store over a network: each verb may take long, and may fail before or after its effect. */
  #far(store: IdempotencyStore): IdempotencyStore {
    const call = async <T>(label: string, verb: () => T | Promise<T>): Promise<T> => {
      await this.#world.pause(`send ${label}`, this);
      if (this.#world.strikes('storage_error', storeFailsRarity))
        throw new Error('the store cannot be reached');
      const result = await verb();
      await this.#world.pause(`hear ${label}`, this);
      if (this.#world.strikes('outcome_lost', storeFailsRarity)) throw new Error('the connection broke');
      return result;
    };
    return {
      claim: (slot, request) => call('claim', () => store.claim(slot, request)),
      renew: (slot, token, leaseMs) => call('renew', () => store.renew(slot, token, leaseMs)),
      complete: (slot, token, completion) => call('complete', () => store.complete(slot, token, completion)),
      release: (slot, token) => call('release', () => store.release(slot, token)),
      inspect: (slot) => call('inspect', () => store.inspect(slot)),
    };
  }

  async handle(request: IdempotentRequest): Promise<KeptResponse> {
    const begun = await this.#engine.begin(request);
    switch (begun.kind) {
      case 'answer':
        return begun.response;
      case 'proceed':
        await this.#world.pause('handler', this);
        return this.#referee.effect(request, undefined);
      case 'execute': {
        const { operation } = begun;
        for (let step = this.#world.random.below(4); step >= 0; step--)
          await this.#world.pause('handler', this);
        const answer = this.#referee.effect(request, operation.fencingToken);
        // It may also take longer than its lease after its effect.
        for (let step = this.#world.random.below(8); step >= 0; step--)
          await this.#world.pause('handler', this);
        return await this.#engine.finish(operation, answer, request);
      }
    }
  }
}
