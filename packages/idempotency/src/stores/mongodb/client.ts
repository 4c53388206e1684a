/** A document, or a part of one, as the driver takes it. */
export type MongodbDocument = Record<string, unknown>;

/**
 * How the store uses its collection, with any settings of the client: a write counts once the majority of the members
 * have it in their journals, and a read sees only such writes. With weaker settings, a fail-over forgets keys.
 */
export interface MongodbCollectionOptions {
  readonly writeConcern: { readonly w: 'majority'; readonly journal: true };
  readonly readConcern: { readonly level: 'majority' };
  readonly readPreference: 'primary';
  readonly promoteValues: true;
  readonly promoteLongs: true;
  readonly promoteBuffers: true;
  readonly useBigInt64: false;
  readonly raw: false;
}

export const collectionOptions: MongodbCollectionOptions = {
  writeConcern: { w: 'majority', journal: true },
  readConcern: { level: 'majority' },
  readPreference: 'primary',
  promoteValues: true,
  promoteLongs: true,
  promoteBuffers: true,
  useBigInt64: false,
  raw: false,
};

/** The options to draw a token: the server creates a missing document, and returns the document after the change. */
export interface MongodbDraw {
  readonly upsert: true;
  readonly returnDocument: 'after';
  readonly includeResultMetadata: false;
}

/** The parts of a `Collection` of `mongodb` that the store uses. */
export interface MongodbCollection {
  findOne(filter: MongodbDocument): PromiseLike<object | null>;
  find(
    filter: MongodbDocument,
    options: { readonly projection: MongodbDocument; readonly limit: number },
  ): { toArray(): PromiseLike<readonly object[]> };
  insertOne(document: MongodbDocument): PromiseLike<unknown>;
  replaceOne(
    filter: MongodbDocument,
    replacement: MongodbDocument,
  ): PromiseLike<{ readonly matchedCount: number }>;
  updateOne(filter: MongodbDocument, update: MongodbDocument): PromiseLike<{ readonly matchedCount: number }>;
  updateMany(
    filter: MongodbDocument,
    update: MongodbDocument,
  ): PromiseLike<{ readonly modifiedCount: number }>;
  deleteMany(filter: MongodbDocument): PromiseLike<{ readonly deletedCount: number }>;
  findOneAndUpdate(
    filter: MongodbDocument,
    update: MongodbDocument,
    options: MongodbDraw,
  ): PromiseLike<object | null>;
}

/** A `Db` of `mongodb`. */
export interface MongodbDatabase {
  command(
    command: { readonly hello: 1 },
    options: { readonly readPreference: 'primary' },
  ): PromiseLike<object>;
  collection(name: string, options: MongodbCollectionOptions): MongodbCollection;
}

const duplicateKey = 11_000;

/** Whether a document was not inserted because there is one with its `_id`. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'code') === duplicateKey;
}

/**
 * The time of the primary.
 *
 * @throws {Error} if a router of a sharded cluster answers: each router has a separate clock
 */
export async function primaryNowMs(database: MongodbDatabase): Promise<number> {
  const hello = await database.command({ hello: 1 }, { readPreference: 'primary' });
  if (Reflect.get(hello, 'msg') === 'isdbgrid') {
    throw new Error('a sharded cluster has a clock for each router; give the store a replica set');
  }
  const localTime: unknown = Reflect.get(hello, 'localTime');
  if (!(localTime instanceof Date)) throw new TypeError('the server gave no time');
  return localTime.getTime();
}
