import { isForgotten } from '../core/lease-decision.ts';
import type { Claim, ClaimRequest, Completion, IdempotencyStore, Slot } from '../core/store.ts';
import {
  collectionOptions,
  isDuplicate,
  type MongodbCollection,
  type MongodbDatabase,
  type MongodbDocument,
  primaryNowMs,
} from './mongodb/client.ts';
import {
  completedFields,
  counterId,
  type FoundDocument,
  idOf,
  isClaimable,
  leasedFields,
  leavesAt,
  parseDocument,
  tokenOf,
} from './mongodb/document.ts';
import { type Swept, sweep } from './mongodb/sweep.ts';

export type { MongodbCollection, MongodbDatabase } from './mongodb/client.ts';
export { mongodbScript } from './mongodb/script.ts';
export type { Swept } from './mongodb/sweep.ts';

/** How a store uses a MongoDB. */
export interface MongodbStoreOptions {
  /** a `Db` of `mongodb` */
  readonly database: MongodbDatabase;
  /** the name of the store's collection; `idempotency` */
  readonly collection?: string;
  /** milliseconds since the epoch, for tests; by default the clock of the primary */
  readonly nowMs?: () => number;
}

/** A store in a MongoDB. */
export interface MongodbStore extends IdempotencyStore {
  /**
   * Removes expired answers, and documents that are over, in steps of at most 500 documents. Call it regularly; several
   * may run at the same time. With the indexes of `mongodbScript`, the server removes old documents without it.
   *
   * @param options `nowMs` replaces the time of the store's clock
   */
  sweep(options?: { readonly nowMs?: number }): Promise<Swept>;
}

/** How often a claim reads and writes while others are faster. */
const attemptsMax = 10;

/**
 * A store in one collection of a MongoDB replica set, for any number of instances. Each write changes one document,
 * under a condition, and counts once the majority of the members have it in their journals.
 *
 * @throws {TypeError} if it is not a `Db`, or no collection is named
 */
export function mongodbStore(options: MongodbStoreOptions): MongodbStore {
  const { database, collection = 'idempotency', nowMs } = options;
  if (typeof database?.command !== 'function' || typeof database.collection !== 'function') {
    throw new TypeError('database must be a Db of mongodb, as client.db() gives it');
  }
  if (typeof collection !== 'string' || !/^(?!system\.)[a-z_][\w.-]{0,99}$/i.test(collection)) {
    throw new TypeError(
      "collection must be 1 to 100 letters, digits, '.', '_' and '-', a letter or '_' first",
    );
  }
  return new StoreInMongodb(database, collection, nowMs);
}

class StoreInMongodb implements MongodbStore {
  readonly #collection: MongodbCollection;
  readonly #clock: () => Promise<number>;

  constructor(database: MongodbDatabase, collection: string, nowMs: (() => number) | undefined) {
    this.#collection = database.collection(collection, collectionOptions);
    this.#clock = nowMs === undefined ? () => primaryNowMs(database) : async () => nowMs();
  }

  /**
   * A read, a token, and a write that succeeds only if the slot is unchanged since the read. Another claim in between,
   * even a released one, leaves another token in the slot, so the later of two holders has the greater token.
   */
  async claim(slot: Slot, request: ClaimRequest): Promise<Claim> {
    for (let tried = 0; tried < attemptsMax; tried++) {
      const { found, nowMs } = await this.#look(slot);
      if (found?.record !== undefined && !isClaimable(found, request, nowMs)) {
        return { kind: 'found', record: found.record, nowMs };
      }
      const fencingToken = await this.#drawToken();
      // The slot may be taken at the time of the read; this stays true later.
      if (await this.#put(slot, leasedFields(request, found, fencingToken, nowMs), found)) {
        return { kind: 'claimed', fencingToken, nowMs };
      }
    }
    throw new Error(`a claim was overtaken ${attemptsMax} times`);
  }

  async renew(slot: Slot, fencingToken: number, leaseMs: number): Promise<boolean> {
    const leaseUntilMs = (await this.#clock()) + leaseMs;
    return await this.#update(slot, fencingToken, {
      $set: { leaseUntil: new Date(leaseUntilMs) },
      $max: { leavesAt: leavesAt(leaseUntilMs) },
    });
  }

  async complete(slot: Slot, fencingToken: number, completion: Completion): Promise<boolean> {
    const set = completedFields(completion, await this.#clock());
    // An empty `$set` is an error before MongoDB 5.
    const sets = Object.keys(set).length > 0 ? { $set: set } : {};
    if (await this.#update(slot, fencingToken, { ...sets, $unset: { leaseUntil: '' } })) return true;
    const found = parseDocument(await this.#collection.findOne({ _id: idOf(slot) }));
    return found?.record?.kind === 'completed' && found.token === fencingToken;
  }

  async release(slot: Slot, fencingToken: number): Promise<boolean> {
    return await this.#update(slot, fencingToken, {
      $set: { leavesAt: leavesAt(await this.#clock()) },
      $unset: { leaseUntil: '', fingerprint: '', firstSeenAt: '', forgetAt: '' },
    });
  }

  async inspect(slot: Slot) {
    const { found, nowMs } = await this.#look(slot);
    if (found?.record === undefined || isForgotten(found.record, found.forgetAtMs, nowMs)) return undefined;
    return { record: found.record, nowMs };
  }

  async sweep({ nowMs }: { readonly nowMs?: number } = {}): Promise<Swept> {
    return await sweep(this.#collection, nowMs ?? (await this.#clock()));
  }

  async #look(slot: Slot): Promise<{ readonly found: FoundDocument | undefined; readonly nowMs: number }> {
    // The time first: a lease that was renewed after the read must not look as if it had lapsed.
    const nowMs = await this.#clock();
    const document = await this.#collection.findOne({ _id: idOf(slot) });
    return { found: parseDocument(document), nowMs };
  }

  async #drawToken(): Promise<number> {
    const counter = await this.#collection.findOneAndUpdate(
      { _id: counterId },
      { $inc: { last: 1 } },
      { upsert: true, returnDocument: 'after', includeResultMetadata: false },
    );
    return tokenOf(counter, 'last');
  }

  /** Writes the document of a claim if nothing has changed since the read. */
  async #put(slot: Slot, fields: MongodbDocument, found: FoundDocument | undefined): Promise<boolean> {
    const _id = idOf(slot);
    if (found !== undefined) {
      const { token, leaseUntilMs } = found;
      const leaseUntil = leaseUntilMs === undefined ? { $exists: false } : new Date(leaseUntilMs);
      return (await this.#collection.replaceOne({ _id, token, leaseUntil }, fields)).matchedCount > 0;
    }
    try {
      await this.#collection.insertOne({ _id, ...fields });
      return true;
    } catch (error) {
      if (isDuplicate(error)) return false;
      throw error;
    }
  }

  /** Changes a leased document under its token; false if the token does not hold it. */
  async #update(slot: Slot, token: number, update: MongodbDocument): Promise<boolean> {
    const held = { _id: idOf(slot), token, leaseUntil: { $exists: true } };
    return (await this.#collection.updateOne(held, update)).matchedCount > 0;
  }
}
