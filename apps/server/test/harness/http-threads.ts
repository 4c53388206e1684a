import type { TestContext } from 'node:test';
import { setImmediate as immediate } from 'node:timers/promises';
import { emptyDatabase } from './database.ts';
import { type ServerProcess, startProcess } from './process.ts';
import { type RawAnswer, rawExchange } from './raw-http.ts';

/** The number of HTTP threads of these tests' servers. */
export const threads = Math.max(2, Number(process.env['BILLONCE_TEST_HTTP_THREADS'] ?? 2));

/** Starts a server with several HTTP threads, on a new database by default. */
export async function startWithThreads(
  t: TestContext,
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerProcess> {
  const databaseUrl = environment['DATABASE_URL'] ?? (await emptyDatabase(t));
  return await startProcess(t, { HTTP_THREADS: `${threads}`, ...environment, DATABASE_URL: databaseUrl });
}

/** Sends requests at the same time, each on a new connection, which the system gives to one of the threads. */
export async function onNewConnections(
  t: TestContext,
  url: string,
  count: number,
  request: (number: number) => Buffer,
): Promise<RawAnswer[]> {
  const numbers = Array.from({ length: count }, (_, number) => number);
  return await Promise.all(numbers.map((number) => rawExchange(t, url, request(number))));
}

/** The threads that answered the requests with these ids, according to a log at level `debug`. */
export async function answeredBy(
  server: ServerProcess,
  requestIds: readonly string[],
): Promise<ReadonlySet<number>> {
  for (;;) {
    const lines = server.output().split('\n');
    const found = requestIds.map((id) => lines.find((line) => line.includes(id) && line.endsWith('}')));
    if (found.every((line) => line !== undefined))
      return new Set(found.map((line) => JSON.parse(line).thread));
    await immediate();
  }
}
