#!/usr/bin/env node
import { onLauncherGone } from '../launcher.ts';
import { printableLines } from '../printable.ts';
import { readVersion } from '../version.ts';
import { isBooksCommand, runBooksCommand } from './books/commands.ts';
import { ingestHelp } from './ingest/help.ts';
import { ingest } from './ingest/ingest.ts';
import { type IngestOptions, parseIngestOptions } from './ingest/options.ts';
import { Progress } from './ingest/progress.ts';
import { exitCodeOf, summaryOf } from './ingest/summary.ts';
import { runMove } from './move/command.ts';

const help = `Usage: billonce COMMAND [options]

  ingest FILE       sends usage from a CSV, JSON Lines or JSON file to a server, exactly once
  export WHAT FILE  writes entries or settlements into a CSV or JSON Lines file
  verify [SOURCE]   recomputes every total and bill of a database or a server from its entries
  backup TARGET     copies the database, while a server may be writing to it
  restore FILE      puts a backup in the place of a database
  migrate ROLE      migrates a PostgreSQL as its owner, and gives ROLE the rights of a server
  move-from-agentpay URL  carries over services, outstanding usage, webhooks and API keys from AgentPay

billonce COMMAND --help lists the options of a command; billonce --version prints the version.
`;

/** npm and a shell each hand a Ctrl-C on: what follows this soon is the same one. */
const sameSignalMs = 1_000;

/** The first signal stops what runs, in good order; another one ends it at once. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  let firstAtMs: number | undefined;
  const onSignal = () => {
    firstAtMs ??= performance.now();
    if (performance.now() - firstAtMs > sameSignalMs) process.exit(130);
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
  onLauncherGone(onSignal);
  return controller.signal;
}

async function runIngest(options: IngestOptions): Promise<number> {
  const output = {
    isTTY: process.stderr.isTTY === true,
    columns: process.stderr.columns || 80,
    write: (text: string) => process.stderr.write(text),
  };
  const monitor = options.isQuiet ? undefined : new Progress(output, () => performance.now());
  const report = await ingest(options, {
    standardInput: process.stdin,
    interrupt: interruptSignal(),
    monitor,
    warn: (text) => {
      const shown = printableLines(text);
      if (monitor === undefined) output.write(`billonce: ${shown}\n`);
      else monitor.note(shown);
    },
  });
  process.stdout.write(printableLines(summaryOf(options.file, report)));
  return exitCodeOf(report);
}

async function run(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === undefined || command === '--help' || command === '-h') {
    process.stdout.write(help);
    return command === undefined ? 2 : 0;
  }
  if (command === '--version' || command === '-v' || command === 'version') {
    process.stdout.write(`billonce ${readVersion()}\n`);
    return 0;
  }
  // What a server answers, and what a file is named, may hold characters that a terminal obeys.
  const surroundings = {
    print: (text: string) => process.stdout.write(printableLines(text)),
    complain: (text: string) => process.stderr.write(printableLines(text)),
    environment: process.env,
  };
  if (isBooksCommand(command)) return await runBooksCommand(command, rest, surroundings);
  if (command === 'move-from-agentpay') return await runMove(rest, surroundings);
  if (command !== 'ingest') {
    surroundings.complain(`billonce: unknown command ${command}\n\n${help}`);
    return 2;
  }
  const parsed = parseIngestOptions(rest, process.env);
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(ingestHelp);
      return 0;
    case 'invalid':
      surroundings.complain(parsed.mistakes.map((mistake) => `billonce: ${mistake}\n`).join(''));
      process.stderr.write('billonce ingest --help tells more.\n');
      return 2;
    case 'valid':
      return await runIngest(parsed.options);
  }
}

// A backup and an export hold the books, which are for the user of this process alone.
process.umask(0o077);
process.exitCode = await run(process.argv.slice(2));
