import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoadReport, loadHttp, warmUpWith } from './http-load.ts';
import { type ProcessUse, processUse, useEach } from './process-use.ts';
import { startServer } from './server-process.ts';
import { UsageRequests, uuidV7 } from './usage-requests.ts';

const connections = 64;
const firstRequests = 30_000;

/** A load, and the resources of its server for each request. */
export interface Measured {
  readonly load: LoadReport;
  readonly each: ProcessUse;
}

/** The measurements of one round. */
export interface SinglesRound {
  readonly bare: Measured;
  readonly timed: Measured;
  readonly random: Measured;
  readonly replayed: Measured;
}

/** Measures keyed singles and replays against the same route in bare Fastify, in one round, with both servers up. */
export async function measureSingles(warmUpMs: number, durationMs: number): Promise<SinglesRound> {
  const folder = mkdtempSync(join(tmpdir(), 'billonce-bench-'));
  const bareServer = await startServer('bench/bare-server.ts');
  const server = await startServer('apps/server/src/main.ts', {
    PORT: '0',
    LOG_LEVEL: 'warn',
    DATABASE_URL: `file:${join(folder, 'books.db')}`,
  });
  const requests = new UsageRequests();
  const measure = async (
    { port, pid }: { readonly port: number; readonly pid: number },
    nextRequest: () => string,
  ): Promise<Measured> => {
    await loadHttp({ port, connections, warmUpMs: 0, durationMs: warmUpMs, nextRequest });
    const before = processUse(pid);
    const load = await loadHttp({ port, connections, warmUpMs: 0, durationMs, nextRequest });
    const after = processUse(pid);
    return { load, each: useEach(before, after, load.requests) };
  };
  // Both servers are fully optimized after this. Otherwise the first measurement would pay for the compilation.
  for (const { port } of [bareServer, server]) {
    for (const newKey of [randomUUID, uuidV7]) {
      const nextRequest = () => requests.next(newKey());
      await warmUpWith(firstRequests, { port, connections, nextRequest });
    }
  }
  const bare = await measure(bareServer, () => requests.next('none'));
  const timed = await measure(server, () => requests.next(uuidV7()));
  const random = await measure(server, () => requests.next(randomUUID()));
  const known = requests.next(uuidV7());
  const replayed = await measure(server, () => known);
  await bareServer.stop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  return { bare, timed, random, replayed };
}
