import type { TestContext } from 'node:test';
import { type DestinationStream, pino } from 'pino';
import { type App, startApp } from '../../src/app.ts';
import { type Config, parseConfig } from '../../src/config.ts';
import { type Api, apiAt } from './api.ts';
import { emptyDatabase, engineEnvironment } from './database.ts';
import { onEnd } from './on-end.ts';

/** A server in this process, with real sockets, a real file, and a clock that the test moves. */
export interface InProcess {
  readonly api: Api;
  readonly app: App;
  readonly clock: { nowMs: number };
  /** of the engine under test */
  readonly databaseUrl: string;
  /** the file, on SQLite */
  readonly file: string;
}

/**
 * Starts a server for a test, and stops it when the test has ended.
 *
 * @param nowMs the time of its clock at the start; the current time by default
 * @param log where its log goes; the standard output by default
 */
export async function startInProcess(
  t: TestContext,
  environment: Readonly<Record<string, string>> = {},
  nowMs = Date.now(),
  log?: DestinationStream,
): Promise<InProcess> {
  const databaseUrl = environment['DATABASE_URL'] ?? (await emptyDatabase(t));
  // The clock of a test works in a single thread.
  const standard = { PORT: '0', LOG_LEVEL: 'silent', ...engineEnvironment, HTTP_THREADS: '1' };
  const config = configOf({ ...standard, ...environment, DATABASE_URL: databaseUrl });
  const clock = { nowMs };
  let secrets = 0;
  const app = await startApp(
    config,
    '0.0.0-test',
    pino({ level: config.logLevel }, log ?? pino.destination(1)),
    {
      areWorkersStarted: false,
      nowMs: () => clock.nowMs,
      drawSecret: () => {
        secrets += 1;
        return secrets.toString(16).padStart(8, '0').padEnd(32, 'e');
      },
    },
  );
  onEnd(t, () => app.close());
  return { api: apiAt(app.url), app, clock, databaseUrl, file: databaseUrl.slice('file:'.length) };
}

function configOf(environment: Readonly<Record<string, string>>): Config {
  const parsed = parseConfig(environment);
  if (parsed.kind === 'invalid') throw new Error(parsed.mistakes.join('\n'));
  return parsed.config;
}
