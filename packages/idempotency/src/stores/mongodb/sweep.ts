import type { MongodbCollection, MongodbDocument } from './client.ts';

/** What a sweep removed. */
export interface Swept {
  /** answers that have expired: their keys are refused from now on */
  readonly expired: number;
  /** documents of keys that are unknown again, and of released ones */
  readonly forgotten: number;
}

const documentsPerStep = 500;

/** Removes expired answers and the documents that are over, in steps of at most 500 documents. */
export async function sweep(collection: MongodbCollection, nowMs: number): Promise<Swept> {
  const over = { $lte: new Date(nowMs) };
  return {
    expired: await inSteps(collection, { answerUntil: over }, async (filter) => {
      const fields = { answer: '', answerUntil: '' };
      return (await collection.updateMany(filter, { $unset: fields })).modifiedCount;
    }),
    forgotten: await inSteps(collection, { leavesAt: over }, async (filter) => {
      return (await collection.deleteMany(filter)).deletedCount;
    }),
  };
}

/** The condition is part of each write: a document may be claimed again after it was found. */
async function inSteps(
  collection: MongodbCollection,
  condition: MongodbDocument,
  remove: (filter: MongodbDocument) => Promise<number>,
): Promise<number> {
  let removed = 0;
  for (;;) {
    const options = { projection: { _id: 1 }, limit: documentsPerStep };
    const found = await collection.find(condition, options).toArray();
    const ids = found.map((document): unknown => Reflect.get(document, '_id'));
    if (ids.length > 0) removed += await remove({ _id: { $in: ids }, ...condition });
    if (ids.length < documentsPerStep) return removed;
  }
}
