import pg from 'pg';
import { databaseUrl } from './database-url.ts';
import { schema } from './schema.ts';

/** Opens a pool of node-postgres on `DATABASE_URL`, with the tables of the example. */
export async function openPool(): Promise<pg.Pool> {
  const pool = new pg.Pool({ connectionString: databaseUrl() });
  // A connection that breaks reports it twice: to the waiting query, whose caller handles it, and here.
  const ignore = () => undefined;
  pool.on('error', ignore);
  pool.on('connect', (client) => {
    client.on('error', ignore);
  });
  await pool.query(schema);
  return pool;
}
