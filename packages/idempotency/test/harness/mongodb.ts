import { MongoClient, type MongoClientOptions } from 'mongodb';

/** A database of a test's own on a real server. */
export interface TestMongodb {
  /** with the name of the database in it */
  readonly url: string;
  newClient(options?: MongoClientOptions): MongoClient;
  stop(): Promise<void>;
}

/** The variable that names a server for the tests, `mongodb://…`; they make a database on it, and drop it. */
const mongodbVariable = 'BILLONCE_TEST_MONGODB';

/**
 * The server that `BILLONCE_TEST_MONGODB` names. Without it a text, for a test to say why it was skipped: no package of
 * npm or Debian has such a server.
 */
export function openMongodb(): TestMongodb | string {
  const named = process.env[mongodbVariable];
  if (named === undefined) return `NOT RUN: ${mongodbVariable} names no server`;
  const own = new URL(named);
  own.pathname = `/billonce_${crypto.randomUUID().replaceAll('-', '')}`;
  const clients: MongoClient[] = [];
  const newClient = (options: MongoClientOptions = {}) => {
    const client = new MongoClient(own.href, options);
    clients.push(client);
    return client;
  };
  return {
    url: own.href,
    newClient,
    async stop() {
      await newClient().db().dropDatabase();
      for (const client of clients) await client.close();
    },
  };
}
