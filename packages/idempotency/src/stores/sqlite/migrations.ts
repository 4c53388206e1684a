import type { PreparedDatabase } from './connection.ts';

/** Numbered from 1, forward only: a released migration is never edited. */
const migrations: readonly ((prefix: string) => string)[] = [
  // Answers have a separate table: records stay small, so a table without row ids holds them close together, and
  // sweeping answers leaves the records alone. An answer is numbered by the fencing token that stored it, which is also
  // the order of age within a scope.
  (prefix) => `
    CREATE TABLE ${prefix}migrations (version INTEGER PRIMARY KEY) STRICT;
    CREATE TABLE ${prefix}fencing (last_token INTEGER NOT NULL) STRICT;
    INSERT INTO ${prefix}fencing (last_token) VALUES (0);
    CREATE TABLE ${prefix}records (
      scope BLOB NOT NULL CHECK (length(scope) = 16),
      key BLOB NOT NULL CHECK (length(key) = 16),
      fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
      first_seen_at_ms INTEGER NOT NULL,
      forget_at_ms INTEGER NOT NULL,
      fencing_token INTEGER NOT NULL,
      lease_expires_at_ms INTEGER, -- NULL once the operation has ended
      location TEXT,
      PRIMARY KEY (scope, key)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX ${prefix}records_forget_at_ms ON ${prefix}records (forget_at_ms);
    CREATE TABLE ${prefix}answers (
      fencing_token INTEGER PRIMARY KEY,
      scope BLOB NOT NULL,
      expires_at_ms INTEGER NOT NULL,
      answer BLOB NOT NULL
    ) STRICT;
    CREATE INDEX ${prefix}answers_scope ON ${prefix}answers (scope, fencing_token);
    CREATE INDEX ${prefix}answers_expires_at_ms ON ${prefix}answers (expires_at_ms);`,
];

/**
 * Updates the tables. If several processes start at once, one migrates and the others wait for it.
 *
 * @throws {Error} if a newer release has migrated the database
 */
export function migrate(connection: PreparedDatabase, prefix: string): void {
  // If there is nothing to do, the write lock is not taken.
  if (versionOf(connection, prefix) === migrations.length) return;
  connection.transaction(() => {
    const version = versionOf(connection, prefix);
    if (version > migrations.length) {
      throw new Error(`the tables ${prefix}… are of a newer release (version ${version})`);
    }
    connection.script(ddl(prefix, version));
  });
}

/** All migrations from a version on, as one script. */
export function ddl(prefix: string, from = 0): string {
  const steps = migrations.map(
    (migration, at) =>
      `${migration(prefix)}\nINSERT INTO ${prefix}migrations (version) VALUES (${at + 1});\n`,
  );
  return steps.slice(from).join('');
}

function versionOf(connection: PreparedDatabase, prefix: string): number {
  const tables = connection.rows('SELECT 1 FROM sqlite_schema WHERE name = ?', `${prefix}migrations`);
  if (tables.length === 0) return 0;
  const [row] = connection.rows(`SELECT max(version) FROM ${prefix}migrations`);
  return Number(row?.[0]);
}
