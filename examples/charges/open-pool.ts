import pg from 'pg';
import { databaseUrl } from './database-url.ts';
import { schema } from './schema.ts';

/** Opens a pool of node-postgres on `DATABASE_URL`, with the tables of the example. */
export async function openPool(): Promise<pg.Pool> {
  const pool = new pg.Pool({ connectionString: databaseUrl() });
  // A connection that breaks tells it twice: to whoever waits for a query, who deals with it, and here.
  const ignore = () => undefined;
  pool.on('error', ignore);
  pool.on('connect', (client) => {
    client.on('error', ignore);
  });
  await pool.query(schema);
  return pool;
}
