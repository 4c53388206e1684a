import type { bindClient, RunStatement } from './bindings.ts';

/** Numbered from 1, forward only: a released migration is never edited. */
const migrations: readonly ((schema: string) => string)[] = [
  // Answers have a separate table: records stay small, and sweeping answers leaves the records alone. An answer is
  // numbered by the fencing token that stored it, which is also the order of age within a scope.
  (schema) => `
    CREATE TABLE "${schema}".migrations (version integer PRIMARY KEY);
    CREATE SEQUENCE "${schema}".fencing_tokens AS bigint MAXVALUE ${Number.MAX_SAFE_INTEGER} NO CYCLE CACHE 1;
    CREATE TABLE "${schema}".records (
      scope bytea NOT NULL CHECK (octet_length(scope) = 16),
      key bytea NOT NULL CHECK (octet_length(key) = 16),
      fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
      first_seen_at_ms bigint NOT NULL,
      forget_at_ms bigint NOT NULL,
      fencing_token bigint NOT NULL,
      lease_expires_at_ms bigint,
      location text,
      PRIMARY KEY (scope, key)
    ) WITH (fillfactor = 85);
    COMMENT ON COLUMN "${schema}".records.lease_expires_at_ms IS 'NULL once the operation has ended';
    CREATE INDEX records_forget_at_ms ON "${schema}".records (forget_at_ms);
    CREATE TABLE "${schema}".answers (
      scope bytea NOT NULL,
      fencing_token bigint NOT NULL,
      expires_at_ms bigint NOT NULL,
      answer bytea NOT NULL,
      PRIMARY KEY (scope, fencing_token)
    );
    CREATE INDEX answers_expires_at_ms ON "${schema}".answers (expires_at_ms);`,
  // If a lease was renewed, the time here counts, not that of its record.
  (schema) => `
    CREATE TABLE "${schema}".renewals (
      fencing_token bigint PRIMARY KEY,
      lease_expires_at_ms bigint NOT NULL
    );
    CREATE INDEX renewals_lease_expires_at_ms ON "${schema}".renewals (lease_expires_at_ms);`,
];

/**
 * Updates the tables. If several processes start at once, the second one at a step waits for the first, fails because
 * the step is done, and looks again.
 *
 * @throws {Error} if a newer release has migrated the database
 */
export async function migrate({ run, script }: ReturnType<typeof bindClient>, schema: string): Promise<void> {
  for (;;) {
    const { version, hasSchema } = await look(run, schema);
    if (version > migrations.length) {
      throw new Error(`the tables in schema ${schema} are of a newer release (version ${version})`);
    }
    const migration = migrations[version];
    if (migration === undefined) return;
    const create = hasSchema ? '' : `CREATE SCHEMA "${schema}";`;
    const done = `INSERT INTO "${schema}".migrations (version) VALUES (${version + 1});`;
    try {
      await script(create + migration(schema) + done);
    } catch (error) {
      if ((await look(run, schema)).version === version) throw error;
    }
  }
}

/** All migrations as one script, and the grants of a role that only uses the tables. */
export function ddl(schema: string, role: string | undefined): string {
  const steps = migrations.map(
    (migration, at) =>
      `${migration(schema)}\nINSERT INTO "${schema}".migrations (version) VALUES (${at + 1});\n`,
  );
  const create = `CREATE SCHEMA IF NOT EXISTS "${schema}";`;
  const grants = `GRANT USAGE ON SCHEMA "${schema}" TO "${role}";
GRANT SELECT ON "${schema}".migrations TO "${role}";
GRANT SELECT, INSERT, UPDATE, DELETE ON "${schema}".records, "${schema}".answers, "${schema}".renewals TO "${role}";
GRANT USAGE ON SEQUENCE "${schema}".fencing_tokens TO "${role}";
`;
  return [create, ...steps, ...(role === undefined ? [] : [grants])].join('');
}

async function look(run: RunStatement, schema: string): Promise<{ version: number; hasSchema: boolean }> {
  const [exists] = await run(
    'SELECT to_regnamespace($1::text) IS NOT NULL AS schema, to_regclass($2::text) IS NOT NULL AS tables',
    [`"${schema}"`, `"${schema}".migrations`],
  );
  if (exists?.[1] !== true) return { version: 0, hasSchema: exists?.[0] === true };
  const [row] = await run(`SELECT coalesce(max(version), 0) FROM "${schema}".migrations`, []);
  return { version: Number(row?.[0]), hasSchema: true };
}
