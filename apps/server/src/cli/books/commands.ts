import type { DatabaseConfig } from '../../config.ts';
import { migrateDatabase } from '../../storage/migrate-database.ts';
import type { OnCopyStep } from '../../storage/sqlite/connection.ts';
import { backUp, restore } from '../../storage/sqlite/file/backup.ts';
import type { CommandSpec } from '../command-line/command.ts';
import { exitCodes } from '../command-line/exit-codes.ts';
import { helpOf } from '../command-line/help.ts';
import { Misuse } from '../command-line/misuse.ts';
import { misuseText, parseWords } from '../command-line/parse.ts';
import { runExport } from './export.ts';
import { databaseOf, fileNamed, sourceOf } from './source.ts';
import {
  backupSpec,
  exportSpec,
  migrateSpec,
  plainOptions,
  restoreSpec,
  verifyOptions,
  verifySpec,
} from './specs.ts';
import type { Surroundings } from './surroundings.ts';
import { verify } from './verify.ts';

/** The commands on the books of a database. */
const commands = {
  export: exportSpec,
  verify: verifySpec,
  backup: backupSpec,
  restore: restoreSpec,
  migrate: migrateSpec,
} as const;

export type BooksCommand = keyof typeof commands;

export function isBooksCommand(name: string): name is BooksCommand {
  return Object.hasOwn(commands, name);
}

/** Runs a command on books, and returns the exit code of the process. */
export async function runBooksCommand(
  command: BooksCommand,
  args: readonly string[],
  surroundings: Surroundings,
): Promise<number> {
  const spec = commands[command];
  const { print, complain } = surroundings;
  try {
    const work = read(command, spec, args, surroundings);
    if (work !== 'help') return await work();
    print(helpOf(spec));
    return exitCodes.done;
  } catch (error) {
    if (error instanceof Misuse) {
      complain(misuseText(spec, error.message.split('\n')));
      return exitCodes.misused;
    }
    const message = error instanceof Error ? error.message : String(error);
    complain(isJson(args) ? jsonLine({ error: 'failed', message }) : `billonce ${command}: ${message}\n`);
    return exitCodes.failed;
  }
}

/** Whether errors are printed as JSON: the words after a wrong one count, too. */
function isJson(args: readonly string[]): boolean {
  return args.includes('--json');
}

function jsonLine(document: object): string {
  return `${JSON.stringify(document)}\n`;
}

/**
 * Reads all words of a command before it does anything.
 *
 * @throws {Misuse} if any word is wrong
 */
function read(
  command: BooksCommand,
  spec: CommandSpec,
  args: readonly string[],
  surroundings: Surroundings,
): 'help' | (() => Promise<number>) {
  const { print, environment } = surroundings;
  if (command === 'export') return runExport(args, surroundings);
  if (command === 'verify') {
    const { values, positionals, mistakes } = parseWords(spec, verifyOptions, args);
    if (values.help) return 'help';
    if (mistakes.length > 0) throw new Misuse(mistakes.join('\n'));
    const [value] = positionals;
    const source = sourceOf(
      { ...values, either: value === undefined ? undefined : { name: 'SOURCE', value } },
      environment,
    );
    if (source.kind === 'database' && values.tenant !== undefined)
      throw new Misuse('--tenant is for a server: of a database every tenant is verified');
    return () => verify(source, values.json, print);
  }
  const { values, positionals, mistakes } = parseWords(spec, plainOptions, args);
  if (values.help) return 'help';
  if (mistakes.length > 0) throw new Misuse(mistakes.join('\n'));
  const [argument = ''] = positionals;
  const name = values.database === undefined ? 'DATABASE_URL' : '--database';
  const database = databaseOf(values.database, environment);
  switch (command) {
    case 'migrate':
      return migrateWork(database, name, argument, values.json, print);
    case 'backup': {
      const file = sqliteFile(
        database,
        `${name} names a PostgreSQL database: back it up with pg_dump or a base backup`,
      );
      const target = fileNamed('TARGET', argument);
      return async () => {
        await backUp(file, target, stepOf(surroundings));
        print(values.json ? jsonLine({ backup: target, file }) : `${target} is a backup of ${file}\n`);
        return exitCodes.done;
      };
    }
    case 'restore': {
      const file = sqliteFile(
        database,
        `${name} names a PostgreSQL database: restore it with pg_restore, psql or a base backup`,
      );
      const backup = fileNamed('BACKUP', argument);
      return async () => {
        await restore(backup, file, stepOf(surroundings));
        print(values.json ? jsonLine({ file, backup }) : `${file} is restored from ${backup}\n`);
        return exitCodes.done;
      };
    }
  }
}

/** Shows how much of a copy is made. */
function stepOf({ progress }: Surroundings): OnCopyStep {
  return ({ totalPages, remainingPages }) =>
    progress?.(`${Math.floor((100 * (totalPages - remainingPages)) / Math.max(1, totalPages))} % copied`);
}

function migrateWork(
  database: DatabaseConfig,
  name: string,
  role: string,
  asJson: boolean,
  print: Surroundings['print'],
) {
  if (database.kind === 'sqlite')
    throw new Misuse(`${name} names a file: the server migrates it when it starts`);
  return async () => {
    const { schema, distributed } = await migrateDatabase(database, role);
    const tables = distributed.length === 0 ? '' : `distributed over the nodes: ${distributed.join(', ')}\n`;
    print(
      asJson
        ? jsonLine({ schema, role, ...(tables === '' ? {} : { distributed }) })
        : `${tables}the schema is at version ${schema}, and ${role} has the rights of a server\n`,
    );
    return exitCodes.done;
  };
}

/** Copies of a PostgreSQL database are made with its own tools. */
function sqliteFile(database: DatabaseConfig, otherwise: string): string {
  if (database.kind === 'sqlite') return database.file;
  throw new Misuse(otherwise);
}
