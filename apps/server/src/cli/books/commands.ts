import { parseArgs } from 'node:util';
import { parseDatabase } from '../../config.ts';
import { migrateDatabase } from '../../storage/migrate-database.ts';
import { backUp, restore } from '../../storage/sqlite/backup.ts';
import { exportHelp, runExport } from './export.ts';
import { parseSource } from './source.ts';
import type { Surroundings } from './surroundings.ts';
import { verify } from './verify.ts';

const usages = {
  backup: `Usage: billonce backup TARGET

Copies the database that DATABASE_URL names into the new file TARGET, as it is at one moment; a server may be running on
it. The copy is checked before it bears its name.
`,
  restore: `Usage: billonce restore BACKUP

Puts a backup in the place that DATABASE_URL names. There must be no database yet, and no server on it.
`,
  verify: `Usage: billonce verify [SOURCE]

Recomputes every total and every bill of every tenant from the entries, in the database file SOURCE, or file:PATH, or
postgres://…, or the database that DATABASE_URL names; nothing is changed, and a server may be running on it. If SOURCE is the
http:// or https:// URL of a server, that server audits the tenant of the API key in BILLONCE_API_KEY; with the admin's key, the
tenant in BILLONCE_TENANT. Ends with 1 if anything differs.
`,
  migrate: `Usage: billonce migrate ROLE

Migrates the PostgreSQL that DATABASE_URL names, as the role in it, which owns the tables; then gives ROLE, as which the servers
connect, the rights that a server needs and no others. Needed only where the two roles differ.
`,
  export: exportHelp,
} as const;

/** The commands on a database file. */
export type BooksCommand = keyof typeof usages;

export function isBooksCommand(name: string): name is BooksCommand {
  return name in usages;
}

/** Runs a command on a database file; gives what the process ends with: 0 done, 1 failed, 2 misused. */
export async function runBooksCommand(
  command: BooksCommand,
  args: readonly string[],
  { print, complain, environment }: Surroundings,
): Promise<number> {
  if (command === 'export') return await runExport(args, { print, complain, environment });
  const read = readArgs(args);
  if (read === 'help') {
    print(usages[command]);
    return 0;
  }
  const needed = command === 'verify' ? [0, 1] : [1];
  if (read === 'misused' || !needed.includes(read.length)) {
    complain(usages[command]);
    return 2;
  }
  const [file = ''] = read;
  try {
    if (command === 'verify') {
      const source = file === '' ? undefined : file;
      return await verify(parseSource(source, environment['BILLONCE_TENANT'], environment), print);
    }
    if (command === 'migrate') {
      const schema = await migrateDatabase(parseDatabase(environment), file);
      print(`the schema is at version ${schema}, and ${file} has the rights of a server\n`);
      return 0;
    }
    const database = databaseFile(environment);
    switch (command) {
      case 'backup':
        await backUp(database, file);
        print(`${file} is a backup of ${database}\n`);
        return 0;
      case 'restore':
        await restore(file, database);
        print(`${database} is restored from ${file}\n`);
        return 0;
    }
  } catch (error) {
    complain(`billonce ${command}: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

function readArgs(args: readonly string[]): readonly string[] | 'help' | 'misused' {
  try {
    const options = { help: { type: 'boolean', short: 'h', default: false } } as const;
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return values.help ? 'help' : positionals;
  } catch {
    return 'misused';
  }
}

/** Of a PostgreSQL its own tools make the copies. */
function databaseFile(environment: Surroundings['environment']): string {
  const database = parseDatabase(environment);
  if (database.kind === 'sqlite') return database.file;
  throw new Error('DATABASE_URL names a PostgreSQL database: back it up with pg_dump or a base backup');
}
