import { connected } from './connected.ts';

const tables = ['entries', 'records', 'answers'] as const;
const bytesSql = (table: string) =>
  `(SELECT coalesce(sum(pg_total_relation_size(relid)), 0) FROM pg_partition_tree('${table}') WHERE isleaf AND level > 0) + pg_total_relation_size('${table}')`;

/** Bytes on disk of the tables that grow with each write, with indexes and partitions, and the number of entries. */
export interface Stored {
  readonly entries: number;
  readonly bytes: Readonly<Record<(typeof tables)[number], number>>;
}

/** Reads what a database has stored so far. */
export async function stored(url: string): Promise<Stored> {
  const client = await connected(url);
  const { rows } = await client.query(
    `SELECT (SELECT count(*) FROM entries) AS made, ${tables.map((table) => `${bytesSql(table)} AS ${table}`).join(', ')}`,
  );
  await client.end();
  const [row] = rows;
  const bytes = { entries: Number(row.entries), records: Number(row.records), answers: Number(row.answers) };
  return { entries: Number(row.made), bytes };
}

/** Prints how many bytes each table grew by for each entry. */
export function printGrowth(name: string, before: Stored, after: Stored): void {
  const entries = after.entries - before.entries;
  const parts = tables.map(
    (table) => `${table} ${((after.bytes[table] - before.bytes[table]) / entries).toFixed(0)}`,
  );
  console.log(`stored bytes of ${name}: ${parts.join(', ')} (of ${entries.toLocaleString('en')} entries)`);
}
