import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoadReport, loadHttp, postRequest } from './http-load.ts';
import { type ProcessUse, processUse, useEach } from './process-use.ts';
import { startServer } from './server-process.ts';

const connections = 64;
const accounts = 50;
const path = '/api/v1/usage';

/** A load, and what it cost its server for each request. */
export interface Measured {
  readonly load: LoadReport;
  readonly each: ProcessUse;
}

/** What one round measured. */
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
  let sent = 0;
  // Printed once: what the generator prints for each request is missing on the side of the server.
  const requests = Array.from({ length: accounts }, (_, account) => {
    const body = JSON.stringify({ agent: `agent-${account}`, serviceId: 'search', requests: 3 });
    const [head = '', tail = ''] = postRequest(path, body, ['Idempotency-Key: KEY']).split('KEY');
    return { head, tail };
  });
  const keyed = (key: string) => {
    sent += 1;
    const request = requests[sent % accounts];
    if (request === undefined) throw new Error('an account has no request');
    return request.head + key + request.tail;
  };
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
  const bare = await measure(bareServer, () => keyed('none'));
  const timed = await measure(server, () => keyed(uuidV7()));
  const random = await measure(server, () => keyed(randomUUID()));
  const known = keyed(uuidV7());
  const replayed = await measure(server, () => known);
  await bareServer.stop();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  return { bare, timed, random, replayed };
}

/** A UUIDv7 of now. */
export function uuidV7(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
