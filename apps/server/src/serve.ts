import { type App, startApp } from './app.ts';
import { type Config, parseConfig } from './config.ts';
import type { Environment } from './environment.ts';
import { onLauncherGone } from './launcher.ts';
import { inFormat, type LogFormat, serverLog } from './log.ts';
import { LogOutput } from './log-output.ts';
import { startFault } from './start-fault.ts';
import { startEntry, startText } from './start-line.ts';
import { readVersion } from './version.ts';

const graceMs = 25_000;
/** How long an exit waits for an output that accepts no lines. */
const lastLinesMs = 500;

async function run(config: Config, warnings: readonly string[]): Promise<void> {
  const format: LogFormat = config.logFormat ?? (process.stdout.isTTY ? 'text' : 'json');
  const output = new LogOutput();
  const log = serverLog(config.logLevel, inFormat(format, output));
  output.onTakenAgain((lines) => log.warn({ lines }, 'log lines were dropped: the output was blocked'));
  const version = readVersion();
  for (const warning of warnings) log.warn(warning);
  const destination = inFormat(format, output);
  const app = await startApp(config, version, log, {
    droppedLogLines: () => output.droppedLines,
    logLine: (line) => destination.write(line),
  });
  let isClosing = false;
  const close = (reason: string, exitCode = 0) => {
    if (isClosing) return;
    isClosing = true;
    log.info({ reason }, 'stopping: accepted requests are finished first');
    // Work that takes longer is cut off. Every write is safe against that.
    setTimeout(() => process.exit(1), graceMs).unref();
    app
      .close()
      .then(() => output.flushed(lastLinesMs))
      .then(() => process.exit(exitCode), fail);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => close(signal));
  stop = () => close('the process that started this server is gone');
  app.lost
    .then((reason) => {
      log.fatal({ reason }, 'this server has lost its database: it writes nothing more, and stops');
      close('the database is lost', 1);
    })
    .catch(fail);
  app.failed.then((reason) => close(reason, 1)).catch(fail);
  // Last: a signal may follow immediately.
  announce(app, config, { format, output }, version);
}

/** Always printed, at every log level: it says where the server is. */
function announce(
  app: App,
  config: Config,
  { format, output }: { readonly format: LogFormat; readonly output: LogOutput },
  version: string,
): void {
  const certificate = app.certificate?.pair.cert;
  const listening = { url: app.url, version, processId: process.pid, certificate };
  if (format === 'text') output.write(startText(listening, config));
  else serverLog('info', output).info(startEntry(listening, config));
}

function fail(error: unknown): void {
  refuse(error instanceof Error ? error.message : String(error));
}

function refuse(message: string): void {
  console.error(`billonce: ${message}`);
  process.exit(1);
}

/** Ends the process when its launcher is gone. Until the server listens there is nothing to finish. */
let stop = (): void => process.exit(1);

/** Runs the server of this process, which ends with it. */
export function serve(environment: Environment): void {
  onLauncherGone(() => stop());
  // No other user of this machine may read the books.
  process.umask(0o077);
  // A terminal that is gone must not end the server before it has finished its requests.
  for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
  const parsed = parseConfig(environment);
  if (parsed.kind === 'invalid') {
    refuse(`the configuration is not valid\n${parsed.mistakes.map((line) => `  - ${line}`).join('\n')}`);
    return;
  }
  const { config, warnings } = parsed;
  run(config, warnings).catch((error: unknown) => refuse(startFault(error, config)));
}
