#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type App, startApp } from './app.ts';
import { type Config, parseConfig } from './config.ts';
import { serverLog } from './log.ts';

const graceMs = 25_000;

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const found: unknown =
    typeof manifest === 'object' && manifest !== null ? Reflect.get(manifest, 'version') : '';
  return typeof found === 'string' ? found : '';
}

/** Where the data is, without the password that may be part of it. */
function placeOf({ database }: Config): string {
  if (database.kind === 'sqlite') return resolve(database.file);
  const { host, pathname } = new URL(database.url);
  return `the PostgreSQL ${host}${pathname}`;
}

function banner(app: App, config: Config): string {
  const mode =
    config.adminApiKey === undefined
      ? 'development mode: no key needed, this machine only (set ADMIN_API_KEY to protect it)'
      : 'protected mode: reading and writing the books takes an API key';
  const key = config.adminApiKey === undefined ? '' : " -H 'X-API-Key: <your key>'";
  return `
  Billonce listens on ${app.url}   (process ${process.pid})
  Its data is in      ${placeOf(config)}
  ${mode}

  Try it; send it twice, and it counts once:

    curl -i ${app.url}/api/v1/usage${key} \\
      -H 'Content-Type: application/json' -H 'Idempotency-Key: my-first-key' \\
      -d '{"agent":"agent-7","serviceId":"search","requests":3}'
`;
}

async function run(config: Config): Promise<void> {
  const log = serverLog(config.logLevel);
  const app = await startApp(config, version(), log);
  let isClosing = false;
  const close = (reason: string, exitCode = 0) => {
    if (isClosing) return;
    isClosing = true;
    log.info({ reason }, 'stopping: requests that were taken are finished first');
    // Whatever hangs longer than this is as good as killed, and for that every write is safe.
    setTimeout(() => process.exit(1), graceMs).unref();
    app.close().then(
      () => process.exit(exitCode),
      (error: unknown) => fail(error),
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => close(signal));
  app.lost
    .then((reason) => {
      log.fatal({ reason }, 'this server no longer has its database, writes nothing more, and stops');
      close('the database is lost', 1);
    })
    .catch(fail);
  // Last: whoever waits for it may send a signal at once.
  console.log(banner(app, config));
}

function fail(error: unknown): void {
  console.error(`billonce: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

// The books are for nobody else on this machine.
process.umask(0o077);

const parsed = parseConfig(process.env);
if (parsed.kind === 'invalid') {
  console.error(
    `billonce: the configuration is not valid\n${parsed.mistakes.map((line) => `  - ${line}`).join('\n')}`,
  );
  process.exit(1);
}
run(parsed.config).catch(fail);
