import type { DatabaseConfig } from '../../config.ts';
import { integer, text } from '../../storage/postgres/columns.ts';
import type { PostgresConnection } from '../../storage/postgres/connection.ts';
import { checkDatabase } from '../../storage/postgres/database/check-database.ts';
import { ExclusiveConnection } from '../../storage/postgres/exclusive-connection.ts';
import { knownSchema, schemaVersion } from '../../storage/postgres/migrations/migrate.ts';
import { apartFinding } from './clock-finding.ts';
import { type Finding, findingsOf, reasonOf } from './finding.ts';

const of = findingsOf('database');
const answerWithinMs = 10_000;

/** Checks what a server needs of a PostgreSQL database. The database is only read. */
export async function checkPostgres(
  { url, isPrepared, allowsUnsafe }: Extract<DatabaseConfig, { kind: 'postgres' }>,
  nowMs: () => number,
): Promise<readonly Finding[]> {
  let connection: ExclusiveConnection;
  try {
    connection = await ExclusiveConnection.open({ url, isPrepared, answerWithinMs });
  } catch (error) {
    return [of.stop(reasonOf(error), 'start the database, or correct DATABASE_URL')];
  }
  try {
    // No statement of these checks can change anything.
    await connection.rows('SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY', []);
    return [
      of.ok(`${connection.place} answers, with PostgreSQL ${await settingOf(connection, 'server_version')}`),
      await checkSettings(connection, allowsUnsafe),
      ...(await checkTables(connection)),
      await checkClock(connection, nowMs),
    ];
  } catch (error) {
    return [
      of.stop(`${connection.place}: ${reasonOf(error)}`, 'fix the problem that this message describes'),
    ];
  } finally {
    await connection.close();
  }
}

async function settingOf(connection: PostgresConnection, name: string): Promise<string> {
  const [row] = await connection.rows('SELECT current_setting($1) AS setting', [name]);
  return row === undefined ? '' : text(row, 'setting');
}

async function checkSettings(connection: PostgresConnection, allowsUnsafe: boolean): Promise<Finding> {
  try {
    await checkDatabase(connection, false);
    const commit = await settingOf(connection, 'synchronous_commit');
    return of.ok(`it keeps what it acknowledges (fsync on, synchronous_commit ${commit})`);
  } catch (error) {
    const advice = 'set fsync, synchronous_commit and full_page_writes to on, and use PostgreSQL 15 or later';
    return allowsUnsafe ? of.fix(reasonOf(error), advice) : of.stop(reasonOf(error), advice);
  }
}

async function checkTables(connection: PostgresConnection): Promise<readonly Finding[]> {
  const [found] = await connection.rows(
    `SELECT (to_regclass('schema_versions') IS NOT NULL)::integer AS books,
            has_schema_privilege(current_schema(), 'CREATE')::integer AS creates,
            pg_is_in_recovery()::integer AS replica`,
    [],
  );
  if (found === undefined) return [];
  if (integer(found, 'replica') === 1)
    return [of.stop('it is a replica, which takes no writes', 'name the primary in DATABASE_URL')];
  if (integer(found, 'books') === 0) {
    return integer(found, 'creates') === 1
      ? [of.ok('it has no books yet: a server creates the tables when it starts')]
      : [
          of.stop(
            'it has no books, and this role may not create tables',
            'run billonce migrate as the owner of the database',
          ),
        ];
  }
  return [checkSchema(await schemaVersion(connection)), await checkRights(connection)];
}

function checkSchema(schema: number): Finding {
  if (schema === knownSchema) return of.ok(`its schema is ${schema}, that of this version`);
  return schema > knownSchema
    ? of.stop(`its schema is ${schema}, and this version knows ${knownSchema}`, 'use the newer version')
    : of.ok(
        `its schema is ${schema}: a server of this version migrates it to ${knownSchema}, or billonce migrate does`,
      );
}

/** Whether the role may write to the tables in which every write leaves something. */
async function checkRights(connection: PostgresConnection): Promise<Finding> {
  const rows = await connection.rows(
    `SELECT c.relname AS name FROM pg_class AS c
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
       AND c.relname <> 'schema_versions' AND NOT has_table_privilege(c.oid, 'SELECT, INSERT')
     ORDER BY c.relname LIMIT 5`,
    [],
  );
  if (rows.length === 0) return of.ok('this role may write to its tables');
  const names = rows.map((row) => text(row, 'name')).join(', ');
  return of.stop(
    `this role may not write to ${names}`,
    'run billonce migrate ROLE as the owner of the tables',
  );
}

async function checkClock(connection: PostgresConnection, nowMs: () => number): Promise<Finding> {
  const beforeMs = nowMs();
  const [row] = await connection.rows(
    'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS now',
    [],
  );
  const databaseMs = row === undefined ? beforeMs : integer(row, 'now');
  return apartFinding((beforeMs + nowMs()) / 2, databaseMs);
}
