import { parseArgs } from 'node:util';
import { parseDatabaseUrl } from '../../config.ts';
import { auditBooks } from '../../reads/audit-books.ts';
import { backUp, restore } from '../../storage/sqlite/backup.ts';
import { SqliteBooks } from '../../storage/sqlite/sqlite-books.ts';

/** Where a command prints, and what it reads of the environment. */
export interface Surroundings {
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const usages = {
  backup: `Usage: billonce backup TARGET

Copies the database that DATABASE_URL names into the new file TARGET, as it is at one moment; a server may be running on
it. The copy is checked before it bears its name.
`,
  restore: `Usage: billonce restore BACKUP

Puts a backup in the place that DATABASE_URL names. There must be no database yet, and no server on it.
`,
  verify: `Usage: billonce verify [FILE]

Recomputes every total and every bill of every tenant from the entries, in FILE or in the database that DATABASE_URL
names; nothing is changed, and a server may be running on it. Ends with 1 if anything differs.
`,
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
    const database = command === 'verify' && file !== '' ? file : databaseFile(environment['DATABASE_URL']);
    switch (command) {
      case 'backup':
        await backUp(database, file);
        print(`${file} is a backup of ${database}\n`);
        return 0;
      case 'restore':
        await restore(file, database);
        print(`${database} is restored from ${file}\n`);
        return 0;
      case 'verify':
        return await verify(database, print);
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

const tenantsPage = 100;
/** The cap of answers does not matter to an audit, which reads none. */
const noAnswers = { answersMax: 1, bytesMax: 1 };

async function verify(file: string, print: (text: string) => void): Promise<number> {
  const books = new SqliteBooks(file, noAnswers);
  let differences = 0;
  let after = '';
  try {
    for (;;) {
      const tenants = await books.tenantsAfter(after, tenantsPage);
      for (const tenant of tenants) {
        const found = await auditBooks(books, tenant);
        differences += found.differences.length;
        const { accounts, entries, settlements, recordedStroops, settledStroops } = found;
        const outcome = found.differences.length === 0 ? 'ok' : 'DIFFERS';
        print(
          `${outcome} ${tenant}: ${accounts} accounts, ${entries} entries, ${settlements} settlements, ` +
            `${recordedStroops} stroops recorded, ${settledStroops} settled\n`,
        );
        for (const { agent, serviceId, message } of found.differences) {
          print(`  ${agent} ${serviceId}: ${message}\n`);
        }
      }
      const last = tenants.at(-1);
      if (last === undefined) break;
      after = last;
    }
  } finally {
    books.close();
  }
  print(differences === 0 ? 'the books are right\n' : `${differences} differences\n`);
  return differences === 0 ? 0 : 1;
}

/** Of a PostgreSQL its own tools make the copies. */
function databaseFile(url: string | undefined): string {
  const database = parseDatabaseUrl(url);
  if (database.kind === 'sqlite') return database.file;
  throw new Error('DATABASE_URL names a PostgreSQL: back it up with pg_dump or a base backup');
}
