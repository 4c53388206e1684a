import { errorNumberOf, type MysqlPool, type RunStatement, withConnection } from './connection.ts';

/**
 * Numbered from 1, forward only: a released migration is never edited. One statement each, because most commit
 * implicitly.
 */
const migrations: readonly ((prefix: string) => readonly string[])[] = [
  // The answer is in the row of its record, so that one statement completes. Digests, locations and answers are binary:
  // nothing compares or converts them by a collation. Times are numbers, because a DATETIME depends on a time zone, and
  // a TIMESTAMP ends in 2038. Fencing tokens are the AUTO_INCREMENT, which does not wait for other commits.
  (prefix) => [
    `CREATE TABLE IF NOT EXISTS \`${prefix}records\` (
      scope BINARY(16) NOT NULL,
      \`key\` BINARY(16) NOT NULL,
      fingerprint BINARY(32) NOT NULL,
      first_seen_at_ms BIGINT NOT NULL,
      forget_at_ms BIGINT NOT NULL,
      fencing_token BIGINT NOT NULL AUTO_INCREMENT,
      lease_expires_at_ms BIGINT NULL COMMENT 'NULL once the operation has ended',
      location MEDIUMBLOB NULL,
      answer_expires_at_ms BIGINT NULL,
      answer LONGBLOB NULL,
      PRIMARY KEY (scope, \`key\`),
      UNIQUE KEY fencing_token (fencing_token),
      KEY forget_at_ms (forget_at_ms),
      KEY answer_expires_at_ms (answer_expires_at_ms),
      KEY answers_of_scope (scope, fencing_token, answer_expires_at_ms)
    ) ENGINE = InnoDB ROW_FORMAT = DYNAMIC`,
  ],
];

const noSuchTable = 1146;
const lockSeconds = 30;

/**
 * Updates the tables. If several processes start at once, one migrates and the others wait for it. If there is nothing
 * to do, no right to change tables is needed.
 *
 * @throws {Error} if a newer release has migrated the database, or if its connections have autocommit turned off
 */
export async function migrate(pool: MysqlPool, prefix: string): Promise<void> {
  await withConnection(pool, async (run, isUsable) => {
    const [settings] = (await run('SELECT @@autocommit')).rows;
    if (Number(settings?.[0]) !== 1) {
      throw new Error(
        'the connections of the store must have autocommit on: otherwise its writes are never committed',
      );
    }
    if ((await versionOf(run, prefix)) === migrations.length) return isUsable();
    // The lock belongs to the connection: if the process dies, it is released.
    const lock = [Buffer.from(`${prefix}migrations`), lockSeconds];
    const [locked] = (await run("SELECT get_lock(sha1(concat(database(), ':', ?)), ?)", lock)).rows;
    if (Number(locked?.[0]) !== 1) throw new Error('another process is migrating the tables of the store');
    await migrateAlone(run, prefix);
    await run("SELECT release_lock(sha1(concat(database(), ':', ?)))", lock.slice(0, 1));
    isUsable();
  });
}

async function migrateAlone(run: RunStatement, prefix: string): Promise<void> {
  const version = await versionOf(run, prefix);
  if (version > migrations.length) {
    throw new Error(`the tables ${prefix}… are of a newer release (version ${version})`);
  }
  for (const statement of ddlStatements(prefix, version)) await run(statement);
}

/** All migrations as one script, and the grants of an account that only uses the tables. */
export function ddl(prefix: string, account: string | undefined): string {
  const grants = [
    `GRANT SELECT ON \`${prefix}migrations\` TO ${account}`,
    `GRANT SELECT, INSERT, UPDATE, DELETE ON \`${prefix}records\` TO ${account}`,
  ];
  return [...ddlStatements(prefix), ...(account === undefined ? [] : grants)]
    .map((statement) => `${statement};\n`)
    .join('');
}

/** Every statement that creates the tables, from a version on. */
function ddlStatements(prefix: string, from = 0): readonly string[] {
  const table = `CREATE TABLE IF NOT EXISTS \`${prefix}migrations\` (version INT PRIMARY KEY) ENGINE = InnoDB`;
  return [
    table,
    ...migrations
      .slice(from)
      .flatMap((migration, at) => [
        ...migration(prefix),
        `INSERT INTO \`${prefix}migrations\` (version) VALUES (${from + at + 1})`,
      ]),
  ];
}

async function versionOf(run: RunStatement, prefix: string): Promise<number> {
  try {
    const [row] = (await run(`SELECT coalesce(max(version), 0) FROM \`${prefix}migrations\``)).rows;
    return Number(row?.[0]);
  } catch (error) {
    if (errorNumberOf(error) === noSuchTable) return 0;
    throw error;
  }
}
