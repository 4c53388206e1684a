import { createServer } from 'node:http';
import { MongoClient } from 'mongodb';
import { idempotent, operationOf } from '../../../src/adapters/node.ts';
import { mongodbStore } from '../../../src/stores/mongodb.ts';

// A server for tests: each execution is one document in the collection `charges`. A request with `X-Hold` is never
// answered after its charge.

const [url = '', leaseMs] = process.argv.slice(2);
const client = new MongoClient(url);
const database = client.db();
const store = mongodbStore({ database });
// Longer than a loaded machine needs.
const waits = { waitMs: 60_000, storeTimeoutMs: 30_000 } as const;
const options = { callers: 'by-address', store, leaseMs: Number(leaseMs), ...waits } as const;

const server = createServer(
  idempotent(options, async (request, response) => {
    const { insertedId } = await database
      .collection('charges')
      .insertOne({ key: operationOf(request)?.key }, { writeConcern: { w: 'majority' } });
    if (request.headers['x-hold'] !== undefined) {
      process.send?.('charged');
      return;
    }
    response
      .writeHead(201, { 'Content-Type': 'application/json' })
      .end(JSON.stringify({ charge: insertedId }));
  }),
);
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' ? address?.port : 0);
});
