import type pg from 'pg';
import { type LoadReport, loadHttp, postRequest } from '../http-load.ts';
import { type ServerProcess, startServer } from '../server-process.ts';
import { connected } from './connected.ts';
import { databaseProcess, processorMs } from './processor-time.ts';

/** Starts servers on one database, each in a separate process: instances of Billonce by default. */
export async function startInstances(
  url: string,
  count: number,
  file = 'apps/server/src/main.ts',
): Promise<ServerProcess[]> {
  const instances: ServerProcess[] = [];
  for (let n = 0; n < count; n++) {
    instances.push(await startServer(file, { PORT: '0', LOG_LEVEL: 'warn', DATABASE_URL: url }));
  }
  return instances;
}

/** The result of a load over all instances, and the work of the database during it. */
export interface Measured {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly walBytesPerRequest: number;
  readonly commitsPerSecond: number;
  /** processor time, in microseconds; 0 where the system does not report it */
  readonly databaseMicrosPerRequest: number;
  readonly instancesMicrosPerRequest: number;
}

/** A load, and the requests of each instance. */
export interface Load {
  readonly connections: number;
  readonly warmUpMs: number;
  readonly durationMs: number;
  readonly nextRequest: (instance: number) => string;
}

/** Loads instances at the same time, the connections shared out among them. */
export async function loadInstances(
  url: string,
  instances: readonly ServerProcess[],
  load: Load,
): Promise<Measured> {
  const client = await connected(url);
  const database = await databaseProcess(client);
  const pids = instances.map(({ pid }) => pid);
  const before = { ...(await written(client)), used: processorMs(database, pids) };
  let requests = 0;
  const reports = await Promise.all(
    instances.map(({ port }, instance) =>
      loadHttp({
        ...load,
        port,
        connections: Math.max(1, Math.floor(load.connections / instances.length)),
        nextRequest: () => {
          requests += 1;
          return load.nextRequest(instance);
        },
      }),
    ),
  );
  const after = { ...(await written(client)), used: processorMs(database, pids) };
  await client.end();
  for (const report of reports) refuseRefusals(report);
  // The counts of the database include the warm-up.
  const seconds = (load.warmUpMs + load.durationMs) / 1000;
  return {
    perSecond: reports.reduce((sum, report) => sum + report.requestsPerSecond, 0),
    p50Ms: Math.max(...reports.map(({ p50Ms }) => p50Ms)),
    p99Ms: Math.max(...reports.map(({ p99Ms }) => p99Ms)),
    walBytesPerRequest: (after.walBytes - before.walBytes) / requests,
    commitsPerSecond: (after.commits - before.commits) / seconds,
    databaseMicrosPerRequest: ((after.used.database - before.used.database) * 1000) / requests,
    instancesMicrosPerRequest: ((after.used.instances - before.used.instances) * 1000) / requests,
  };
}

/** Throws if requests were refused: such a figure would mean nothing. */
function refuseRefusals({ statuses }: LoadReport): void {
  const others = Object.keys(statuses).filter((status) => !status.startsWith('2'));
  if (others.length > 0) throw new Error(`the load met refusals: ${JSON.stringify(statuses)}`);
}

async function written(client: pg.Client): Promise<{ walBytes: number; commits: number }> {
  const { rows } = await client.query(
    `SELECT pg_current_wal_lsn() - '0/0' AS wal, (SELECT sum(xact_commit) FROM pg_stat_database) AS commits`,
  );
  return { walBytes: Number(rows[0].wal), commits: Number(rows[0].commits) };
}

/** A request to record usage of an agent. */
export function usageRequest(agent: string, key: string): string {
  const body = JSON.stringify({ agent, serviceId: 'search', requests: 3 });
  return postRequest('/api/v1/usage', body, [`Idempotency-Key: ${key}`]);
}
