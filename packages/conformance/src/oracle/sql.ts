import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Oracle } from './count-source.ts';
import { wholeNumber } from './whole-number.ts';

const run = promisify(execFile);
const timeoutMs = 10_000;

/** Counts what a statement selects: from a file of SQLite, or from PostgreSQL by the program `psql`. */
export function sqlOracle(statement: string, database: string): Oracle {
  const isPostgres = /^postgres(?:ql)?:/.test(database);
  return {
    description: statement,
    count: () => (isPostgres ? countByPsql(statement, database) : countInFile(statement, database)),
  };
}

async function countByPsql(statement: string, database: string): Promise<bigint> {
  // The URL, which may have a password, is not shown to other users of the machine as an argument would be.
  const { stdout } = await run(
    'psql',
    ['--no-psqlrc', '--tuples-only', '--no-align', '--command', statement],
    {
      timeout: timeoutMs,
      env: { ...process.env, ...connectionVariables(new URL(database)) },
    },
  );
  return wholeNumber(stdout, statement);
}

/** The parameters of a connection URL, and the variables by which psql takes them. */
const parameterVariables: Readonly<Record<string, string>> = {
  host: 'PGHOST',
  hostaddr: 'PGHOSTADDR',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  dbname: 'PGDATABASE',
  options: 'PGOPTIONS',
  application_name: 'PGAPPNAME',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  client_encoding: 'PGCLIENTENCODING',
  channel_binding: 'PGCHANNELBINDING',
  gssencmode: 'PGGSSENCMODE',
  krbsrvname: 'PGKRBSRVNAME',
  requirepeer: 'PGREQUIREPEER',
  sslmode: 'PGSSLMODE',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslrootcert: 'PGSSLROOTCERT',
  sslcrl: 'PGSSLCRL',
  sslsni: 'PGSSLSNI',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
};

/**
 * The variables of psql for a connection URL.
 *
 * @throws {Error} for a parameter that has no variable: without it, psql could connect to another server, or without
 * encryption
 */
export function connectionVariables(url: URL): Readonly<Record<string, string>> {
  const { hostname, port, username, password, pathname } = url;
  const variables: Record<string, string> = {
    PGHOST: decodeURIComponent(hostname),
    PGPORT: port,
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
  };
  for (const [name, value] of url.searchParams) {
    const variable = parameterVariables[name];
    if (variable === undefined) throw new Error(`--database: the parameter ${name} is not known here`);
    variables[variable] = value;
  }
  // The connection cannot change what it counts.
  variables['PGOPTIONS'] = `${variables['PGOPTIONS'] ?? ''} -c default_transaction_read_only=on`.trim();
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
}

async function countInFile(statement: string, file: string): Promise<bigint> {
  // Loaded only here: older versions of Node print a warning when they load it.
  const { DatabaseSync } = await import('node:sqlite');
  const database = new DatabaseSync(file.replace(/^(?:sqlite|file):/, ''), { readOnly: true });
  try {
    const query = database.prepare(statement);
    query.setReadBigInts(true);
    const row = query.get() ?? {};
    return wholeNumber(String(Object.values(row)[0]), statement);
  } finally {
    database.close();
  }
}
