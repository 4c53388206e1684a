import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { runApt } from './apt.ts';
import { dataFolder } from './data-folder.ts';
import { freePort } from './free-port.ts';

/** A separate database for a test, on a real server. */
export interface TestMysql {
  /** the URL for mysql2, with a user who has all rights */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** The variable with the server for the tests, `mysql://…`. They create a database on it, and drop it. */
const mysqlVariable = 'BILLONCE_TEST_MYSQL';

const program = 'mariadbd';
const scripts = '/usr/share/mysql';
const startsMax = 5;
const living = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

// Installs only the programs, because the package with the system service would start one.
const install = `
command -v ${program} && exit 0
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y --no-install-recommends mariadb-server-core`;

/**
 * Connects to the server in `BILLONCE_TEST_MYSQL`, or starts a MariaDB of this machine for the test. On Debian, root
 * installs it. If there is none, returns the reason to skip a test: no npm package contains such a server.
 */
export async function startMysql(settings: readonly string[] = []): Promise<TestMysql | string> {
  const named = process.env[mysqlVariable];
  if (named !== undefined) return await newDatabase(named, async () => {});
  const missing = await findProgram();
  if (missing !== undefined) return missing;
  const folder = mkdtempSync(join(dataFolder(), 'billonce-mysql-'));
  for (let starts = 1; ; starts++) {
    const port = await freePort();
    const child = startProgram(folder, port, settings);
    const stop = async () => {
      const gone = once(child, 'exit');
      if (child.exitCode === null && child.signalCode === null && child.kill('SIGKILL')) await gone;
      living.delete(child);
      rmSync(folder, { recursive: true, force: true });
    };
    try {
      await ready(child);
      return await newDatabase(`mysql://root@127.0.0.1:${port}/mysql`, stop);
    } catch (error) {
      await stop();
      if (starts === startsMax) throw error;
    }
  }
}

async function newDatabase(url: string, stop: () => Promise<void>): Promise<TestMysql> {
  const name = `billonce_${crypto.randomUUID().replaceAll('-', '')}`;
  const admin = await mysql.createConnection(url);
  await admin.query(`CREATE DATABASE ${name}`);
  const own = new URL(url);
  own.pathname = `/${name}`;
  return {
    url: own.href,
    async stop() {
      await admin.query(`DROP DATABASE ${name}`);
      await admin.end();
      await stop();
    },
  };
}

/** The reason why there is no server; `undefined` if there is one. */
async function findProgram(): Promise<string | undefined> {
  const isThere = () => spawnSync(program, ['--version']).status === 0 && existsSync(scripts);
  if (isThere()) return undefined;
  const missing = `NOT RUN: there is no ${program}, and ${mysqlVariable} names no server`;
  if (process.getuid?.() !== 0) return missing;
  try {
    await runApt(install);
  } catch (error) {
    return `${missing}; it could not be installed: ${error instanceof Error ? error.message : ''}`;
  }
  return isThere() ? undefined : missing;
}

const small = ['--innodb-log-file-size=8M', '--innodb-buffer-pool-size=32M'];
const fast = ['--innodb-flush-log-at-trx-commit=0', '--skip-log-bin', '--skip-name-resolve'];

function startProgram(folder: string, port: number, settings: readonly string[]): ChildProcess {
  const data = join(folder, 'data');
  const standard = [
    '--no-defaults',
    `--datadir=${data}`,
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
  ];
  if (!existsSync(data)) {
    mkdirSync(data);
    const tables = ['mysql_system_tables', 'mysql_performance_tables', 'mysql_system_tables_data'];
    const input = [
      "CREATE DATABASE mysql;\nUSE mysql;\nSET @auth_root_socket = NULL;\nSET @current_hostname = 'localhost';",
      ...tables.map((name) => readFileSync(join(scripts, `${name}.sql`), 'utf8')),
    ].join('\n');
    execFileSync(program, [...standard, ...small, '--bootstrap'], {
      input,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
  }
  const place = [`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(folder, 'socket')}`];
  const child = spawn(program, [...standard, ...small, ...fast, ...place, ...settings], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  living.add(child);
  return child;
}

async function ready(child: ChildProcess): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    said = (said + chunk).slice(-10_000);
    if (said.includes('ready for connections')) resolve();
  });
  child.once('error', reject);
  child.once('exit', () => reject(new Error(`MariaDB did not start: ${said}`)));
  await promise;
}
