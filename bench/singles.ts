import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type LoadReport, loadHttp, postRequest } from './http-load.ts';
import { startServer } from './server-process.ts';

const connections = 64;
const body = JSON.stringify({ agent: 'agent-7', serviceId: 'search', requests: 3 });
const path = '/api/v1/usage';

/** What one round measured. */
export interface SinglesRound {
  readonly bare: LoadReport;
  readonly keyed: LoadReport;
  readonly replayed: LoadReport;
}

/** Measures keyed singles and replays against the same route in bare Fastify, one after the other, in one round. */
export async function measureSingles(warmUpMs: number, durationMs: number): Promise<SinglesRound> {
  const load = (port: number, nextRequest: () => string) =>
    loadHttp({ port, connections, warmUpMs, durationMs, nextRequest });
  const plain = postRequest(path, body);

  const bareServer = await startServer('bench/bare-server.ts');
  const bare = await load(bareServer.port, () => plain);
  await bareServer.stop();

  const folder = mkdtempSync(join(tmpdir(), 'billonce-bench-'));
  const server = await startServer('apps/server/src/main.ts', {
    PORT: '0',
    LOG_LEVEL: 'warn',
    DATABASE_URL: `file:${join(folder, 'books.db')}`,
  });
  const keyed = await load(server.port, () => postRequest(path, body, [`Idempotency-Key: ${uuidV7()}`]));
  const known = postRequest(path, body, [`Idempotency-Key: ${uuidV7()}`]);
  const replayed = await load(server.port, () => known);
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  return { bare, keyed, replayed };
}

/** A UUIDv7 of now. */
export function uuidV7(): string {
  const time = Date.now().toString(16).padStart(12, '0');
  const random = randomBytes(10).toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6, 18)}`;
}
