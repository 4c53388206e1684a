import pg from 'pg';
import { type LoadReport, loadHttp, postRequest } from '../http-load.ts';
import { type ServerProcess, startServer } from '../server-process.ts';

/** Starts instances on one database, each in a process of its own. */
export async function startInstances(url: string, count: number): Promise<ServerProcess[]> {
  const instances: ServerProcess[] = [];
  for (let n = 0; n < count; n++) {
    instances.push(
      await startServer('apps/server/src/main.ts', { PORT: '0', LOG_LEVEL: 'warn', DATABASE_URL: url }),
    );
  }
  return instances;
}

/** How a load went over all instances, and what the database wrote meanwhile. */
export interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly walBytesPerRequest: number;
  readonly commitsPerSecond: number;
}

/** Loads instances at the same time, the connections shared out among them. */
export async function loadInstances(
  url: string,
  instances: readonly ServerProcess[],
  load: { connections: number; warmUpMs: number; durationMs: number; nextRequest: () => string },
): Promise<Measured> {
  const before = await written(url);
  const reports = await Promise.all(
    instances.map(({ port }) =>
      loadHttp({ ...load, port, connections: Math.max(1, Math.floor(load.connections / instances.length)) }),
    ),
  );
  const after = await written(url);
  for (const report of reports) refuseRefusals(report);
  const perSecond = reports.reduce((sum, report) => sum + report.requestsPerSecond, 0);
  // The warm-up is written too, at about the same rate.
  const seconds = (load.warmUpMs + load.durationMs) / 1000;
  return {
    perSecond,
    p50Ms: Math.max(...reports.map(({ p50Ms }) => p50Ms)),
    p99Ms: Math.max(...reports.map(({ p99Ms }) => p99Ms)),
    walBytesPerRequest: (after.walBytes - before.walBytes) / (perSecond * seconds),
    commitsPerSecond: (after.commits - before.commits) / seconds,
  };
}

/** A figure of refusals would be a figure of nothing. */
function refuseRefusals({ statuses }: LoadReport): void {
  const others = Object.keys(statuses).filter((status) => !status.startsWith('2'));
  if (others.length > 0) throw new Error(`the load met refusals: ${JSON.stringify(statuses)}`);
}

async function written(url: string): Promise<{ walBytes: number; commits: number }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(
    `SELECT pg_current_wal_lsn() - '0/0' AS wal, (SELECT sum(xact_commit) FROM pg_stat_database) AS commits`,
  );
  await client.end();
  return { walBytes: Number(rows[0].wal), commits: Number(rows[0].commits) };
}

/** A request to record usage of an agent. */
export function usageRequest(agent: string, key: string): string {
  const body = JSON.stringify({ agent, serviceId: 'search', requests: 3 });
  return postRequest('/api/v1/usage', body, [`Idempotency-Key: ${key}`]);
}
