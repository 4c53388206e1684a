import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { pino } from 'pino';
import { type App, startApp } from '../../src/app.ts';
import { type Config, parseConfig } from '../../src/config.ts';
import { type Api, apiAt } from './api.ts';
import { onEnd } from './on-end.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A server in this process: real sockets, a real file, and a clock that the test moves. */
export interface InProcess {
  readonly api: Api;
  readonly app: App;
  readonly clock: { nowMs: number };
  readonly file: string;
}

/** Starts a server for a test, and stops it when the test has ended. */
export async function startInProcess(
  t: TestContext,
  environment: Readonly<Record<string, string>> = {},
): Promise<InProcess> {
  const file = environment['DATABASE_URL']?.slice('file:'.length) ?? join(temporaryFolder(t), 'books.db');
  const config = configOf({ PORT: '0', LOG_LEVEL: 'silent', ...environment, DATABASE_URL: `file:${file}` });
  const clock = { nowMs: Date.now() };
  let secrets = 0;
  const app = await startApp(config, '0.0.0-test', pino({ level: config.logLevel }), {
    areWorkersStarted: false,
    nowMs: () => clock.nowMs,
    drawSecret: () => {
      secrets += 1;
      return secrets.toString(16).padStart(8, '0').padEnd(32, 'e');
    },
  });
  onEnd(t, () => app.close());
  return { api: apiAt(app.url), app, clock, file };
}

function configOf(environment: Readonly<Record<string, string>>): Config {
  const parsed = parseConfig(environment);
  if (parsed.kind === 'invalid') throw new Error(parsed.mistakes.join('\n'));
  return parsed.config;
}
