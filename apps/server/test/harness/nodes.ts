import type { TestContext } from 'node:test';
import type { Client } from 'pg';
import { isOnCitus } from './database.ts';
import { connect } from './instances.ts';

/**
 * A connection to each node that has rows of a database: the one that is given and, on Citus, one to each worker. A worker shows
 * the tables of its shards there.
 */
export async function nodesOf(t: TestContext, client: Client, url: string): Promise<readonly Client[]> {
  if (!isOnCitus) return [client];
  const { rows } = await client.query<{ readonly nodename: string; readonly nodeport: number }>(
    'SELECT nodename, nodeport FROM pg_dist_node WHERE groupid <> 0',
  );
  const nodes = [client];
  for (const { nodename, nodeport } of rows) {
    const at = new URL(url);
    at.hostname = nodename;
    at.port = String(nodeport);
    const worker = await connect(t, at.href);
    await worker.query('SET citus.override_table_visibility = off');
    nodes.push(worker);
  }
  return nodes;
}

/** The name of a table without the number that Citus adds for a shard of it. */
export function withoutShard(table: string): string {
  return isOnCitus ? table.replace(/_1\d{5}$/, '') : table;
}
