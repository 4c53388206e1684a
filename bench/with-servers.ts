import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerProcess, startServer } from './server-process.ts';

/** The servers that answer the usage route, each in a separate process. */
export const sides = {
  billonce: (folder: string) =>
    startServer('apps/server/src/main.ts', {
      PORT: '0',
      LOG_LEVEL: 'warn',
      DATABASE_URL: `file:${join(folder, 'books.db')}`,
    }),
  bare: () => startServer('bench/bare-server.ts'),
  key_map: () => startServer('bench/key-map-server.ts'),
  one_by_one: (folder: string) =>
    startServer('bench/one-by-one-file-server.ts', {}, [join(folder, 'one-by-one.db')]),
} as const;

export type Side = keyof typeof sides;

/** Starts servers, runs a function with them, and stops them. */
export async function withServers<S extends Side, T>(
  names: readonly S[],
  run: (servers: Readonly<Record<S, ServerProcess>>) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'billonce-bench-'));
  const started = new Map<S, ServerProcess>();
  try {
    for (const name of names) started.set(name, await sides[name](folder));
    return await run(Object.fromEntries(started) as Record<S, ServerProcess>);
  } finally {
    for (const server of started.values()) await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
