import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres } from '../packages/idempotency/test/harness/postgres.ts';

/** An empty database of a benchmark. */
export interface BenchDatabase {
  /** the variables of a server that uses it */
  readonly environment: Readonly<Record<string, string>>;
  /** the size of its files; 0 on PostgreSQL */
  bytes(): number;
  remove(): void;
}

/** A new file, or with `BENCH_ENGINE=postgres` the database of a new PostgreSQL, which ends with this process. */
export async function benchDatabase(): Promise<BenchDatabase> {
  if (process.env['BENCH_ENGINE'] === 'postgres') {
    const { connectionString } = await startPostgres();
    return {
      environment: { DATABASE_URL: connectionString, DATABASE_ALLOW_UNSAFE: 'true' },
      bytes: () => 0,
      remove: () => undefined,
    };
  }
  const folder = mkdtempSync(join(tmpdir(), 'billonce-bench-'));
  return {
    environment: { DATABASE_URL: `file:${join(folder, 'books.db')}` },
    bytes: () => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
