import { MongoClient, type MongoClientOptions } from 'mongodb';

/** A separate database for a test, on a real server. */
export interface TestMongodb {
  /** includes the name of the database */
  readonly url: string;
  newClient(options?: MongoClientOptions): MongoClient;
  stop(): Promise<void>;
}

/** The variable with the server for the tests, `mongodb://…`. They create a database on it, and drop it. */
const mongodbVariable = 'BILLONCE_TEST_MONGODB';

/**
 * Connects to the server in `BILLONCE_TEST_MONGODB`. Without it, returns the reason to skip a test: neither npm nor
 * Debian has a package with this server.
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
