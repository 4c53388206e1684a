// The other tenant of beside.ts, on a separate thread: its sending must not slow down the measured tenant.
import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import { type LoadOptions, type LoadReport, loadHttp } from './http-load.ts';

/** The request that the other tenant repeats. */
export interface OtherLoad {
  readonly port: number;
  readonly connections: number;
  readonly durationMs: number;
  readonly request: string;
}

if (!isMainThread && parentPort !== null) {
  const { port, connections, durationMs, request }: OtherLoad = workerData;
  const bytes = Buffer.from(request);
  const options: LoadOptions = {
    port,
    connections,
    warmUpMs: 0,
    durationMs,
    reconnects: true,
    nextRequest: () => bytes,
  };
  const report: LoadReport = await loadHttp(options);
  parentPort.postMessage(report);
}
