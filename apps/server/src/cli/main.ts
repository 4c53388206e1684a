#!/usr/bin/env node
import { once } from 'node:events';
import { knownName, nearMiss } from '@billonce/contract';
import { onLauncherGone } from '../launcher.ts';
import { printableLines } from '../printable.ts';
import { readVersion } from '../version.ts';
import { isBooksCommand, runBooksCommand } from './books/commands.ts';
import type { Surroundings } from './books/surroundings.ts';
import type { CommandSpec } from './command-line/command.ts';
import { exitCodes } from './command-line/exit-codes.ts';
import { helpOf, helpOfAll } from './command-line/help.ts';
import { misuseText } from './command-line/parse.ts';
import { ProgressLine } from './command-line/progress-line.ts';
import { commandSpecs } from './commands.ts';
import { runCompletion } from './completion/command.ts';
import { runDoctor } from './doctor/command.ts';
import { ingest } from './ingest/ingest.ts';
import { type IngestOptions, parseIngestOptions } from './ingest/options.ts';
import { Progress } from './ingest/progress.ts';
import { ingestSpec } from './ingest/spec.ts';
import { exitCodeOf, summaryJson, summaryOf } from './ingest/summary.ts';
import { runMcpCommand } from './mcp/command.ts';
import { runMove } from './move/command.ts';
import { remoteCommands } from './remote/commands.ts';
import { runServe } from './serve/command.ts';
import { runSettle } from './settle/command.ts';
import { runWatch, type WatchSurroundings } from './watch/command.ts';

/** npm and a shell may each pass on the same Ctrl-C: a second one within this time is ignored. */
const sameSignalMs = 1_000;

/** The first signal ends the command in good order; another one ends it immediately. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  let firstAtMs: number | undefined;
  const onSignal = () => {
    firstAtMs ??= performance.now();
    if (performance.now() - firstAtMs > sameSignalMs) process.exit(exitCodes.interrupted);
    controller.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal);
  onLauncherGone(onSignal);
  return controller.signal;
}

/** Progress is shown where errors are, so that the result can go to a file. */
const terminal = {
  isTTY: process.stderr.isTTY === true,
  columns: process.stderr.columns || 80,
  write: (text: string) => process.stderr.write(text),
};

async function runIngest(options: IngestOptions): Promise<number> {
  const monitor = options.isQuiet ? undefined : new Progress(terminal, () => performance.now());
  const report = await ingest(options, {
    standardInput: process.stdin,
    interrupt: interruptSignal(),
    monitor,
    warn: (text) => {
      const shown = printableLines(text);
      if (monitor === undefined) terminal.write(`billonce: ${shown}\n`);
      else monitor.note(shown);
    },
  });
  const summary = options.isJson ? summaryJson : summaryOf;
  process.stdout.write(printableLines(summary(options.file, report)));
  return exitCodeOf(report);
}

/** The ports of a command that runs until it is stopped: by a signal, or because its output is no longer read. */
function untilStopped(): Pick<WatchSurroundings, 'write' | 'interrupt'> {
  const closed = new AbortController();
  process.stdout.on('error', () => closed.abort());
  const write = async (text: string) => {
    if (process.stdout.write(printableLines(text)) || closed.signal.aborted) return;
    await once(process.stdout, 'drain', { signal: closed.signal }).catch(() => undefined);
  };
  return { write, interrupt: AbortSignal.any([interruptSignal(), closed.signal]) };
}

async function run(args: readonly string[]): Promise<number> {
  const [command, ...rest] = args;
  if (command === undefined || command === '--help' || command === '-h' || command === 'help') {
    process.stdout.write(helpOfAll(commandSpecs));
    return command === undefined ? exitCodes.misused : exitCodes.done;
  }
  if (command === '--version' || command === '-v' || command === 'version') {
    process.stdout.write(`billonce ${readVersion()}\n`);
    return exitCodes.done;
  }
  // A server's answer and a file name may contain control characters of the terminal.
  const progress = new ProgressLine(terminal, () => performance.now());
  const surroundings = {
    print: (text: string) => {
      progress.clear();
      process.stdout.write(printableLines(text));
    },
    complain: (text: string) => {
      progress.clear();
      process.stderr.write(printableLines(text));
    },
    progress: (text: string, isWait?: boolean) => progress.show(printableLines(text), isWait),
    environment: process.env,
  };
  if (isBooksCommand(command)) return await runBooksCommand(command, rest, surroundings);
  if (command === 'move-from-agentpay') return await runMove(rest, surroundings);
  if (command === 'serve') return await runServe(rest, surroundings);
  if (command === 'doctor') return await runDoctor(rest, surroundings);
  if (command === 'completion') return runCompletion(rest, surroundings, commandSpecs);
  if (command === 'watch') return await runWatch(rest, { ...surroundings, ...untilStopped() });
  if (command === 'mcp') return await runMcpCommand(rest, surroundings);
  if (command === 'settle') return await runSettle(rest, surroundings);
  const remote = remoteCommands.find(({ spec }) => isNamed(spec, args));
  if (remote !== undefined) return await remote.run(args.slice(wordsOf(remote.spec).length), surroundings);
  if (command !== 'ingest') return groupOrUnknown(command, rest, surroundings);
  const parsed = parseIngestOptions(rest, process.env);
  switch (parsed.kind) {
    case 'help':
      process.stdout.write(helpOf(ingestSpec));
      return exitCodes.done;
    case 'invalid':
      surroundings.complain(misuseText(ingestSpec, parsed.mistakes));
      return exitCodes.misused;
    case 'valid':
      return await runIngest(parsed.options);
  }
}

/** The words of a command's name: `keys list` has two. */
function wordsOf({ name }: CommandSpec): readonly string[] {
  return name.split(' ');
}

function isNamed(spec: CommandSpec, args: readonly string[]): boolean {
  return wordsOf(spec).every((word, index) => args[index] === word);
}

/** The help of commands that begin with one word, such as `keys`; otherwise there is no such command. */
function groupOrUnknown(command: string, rest: readonly string[], { print, complain }: Surroundings): number {
  const group = commandSpecs.filter((spec) => wordsOf(spec).length > 1 && wordsOf(spec)[0] === command);
  const [second] = rest;
  const isHelp = second === '--help' || second === '-h';
  if (group.length > 0 && isHelp) {
    print(helpOfAll(group));
    return exitCodes.done;
  }
  const known = group.length > 0 ? group : commandSpecs;
  const asked = group.length > 0 && second !== undefined ? `${command} ${second}` : command;
  const near = nearMiss(
    asked,
    known.map(({ name }) => knownName(name)),
  );
  const hint = near === undefined ? '' : `: did you mean ${near.name}?`;
  complain(`billonce: ${asked} is not a command${hint}\n\n${helpOfAll(known)}`);
  return exitCodes.misused;
}

// A backup and an export contain the books, so only the user of this process may read them.
process.umask(0o077);
process.exitCode = await run(process.argv.slice(2));
