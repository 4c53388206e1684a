import { text } from '../columns.ts';
import type { ExclusiveConnection } from '../exclusive-connection.ts';
import { statementsOf } from '../migrations/statements.ts';

/** Tables to which rows are only added: no server may change or delete what was billed. */
const facts: ReadonlySet<string> = new Set([
  'audit_log',
  'entries',
  'events',
  'movements',
  'reversals',
  'reversal_lines',
  'service_prices',
  'settlements',
  'settlement_lines',
  'write_offs',
]);
/** Tables whose rows a server changes, and never deletes. */
const counters: ReadonlySet<string> = new Set(['audit_log_counts', 'balances', 'billing', 'grants', 'holds']);
/** Tables that a server only reads. */
const readOnly: ReadonlySet<string> = new Set(['schema_versions']);

const listTablesSql = `SELECT relname AS name FROM pg_class
  WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p') ORDER BY relname`;
const findRoleSql = `SELECT quote_ident(rolname) AS role, quote_ident(current_schema()) AS schema,
  pg_has_role(rolname, current_user, 'MEMBER') AS is_owner FROM pg_roles WHERE rolname = $1`;

/**
 * Gives a role exactly the rights that a server needs, and takes all others on these tables away. It may run the functions that
 * make and drop the parts of tables, and owns nothing.
 *
 * @throws {Error} if there is no such role, or it has the rights of the owner
 */
export async function grantToServer(connection: ExclusiveConnection, name: string): Promise<void> {
  const [found] = await connection.rows(findRoleSql, [name]);
  if (found === undefined) throw new Error(`the role ${name} does not exist: create it first`);
  const [role, schema] = [text(found, 'role'), text(found, 'schema')];
  if (found['is_owner'] === true) {
    throw new Error(`the role ${name} has the rights of the role that migrates: use two different roles`);
  }
  const tables = (await connection.rows(listTablesSql, [])).map((row) => text(row, 'name'));
  const grants = tables.map(
    (table) => `GRANT ${rightsOn(table).join(', ')} ON ${schema}."${table}" TO ${role};`,
  );
  await connection.transaction(async () => {
    const rights = `
      REVOKE ALL ON ALL TABLES IN SCHEMA ${schema} FROM ${role};
      REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ${schema} FROM ${role};
      REVOKE CREATE ON SCHEMA ${schema} FROM ${role};
      GRANT USAGE ON SCHEMA ${schema} TO ${role};
      ${grants.join('\n')}
      GRANT EXECUTE ON FUNCTION ${schema}.billonce_make_part(text, text, text, text),
        ${schema}.billonce_drop_part(text), ${schema}.billonce_analyze(text[]) TO ${role};`;
    for (const statement of statementsOf(rights)) await connection.exec(statement);
  });
}

function rightsOn(table: string): readonly string[] {
  if (readOnly.has(table)) return ['SELECT'];
  if (facts.has(table)) return ['SELECT', 'INSERT'];
  if (counters.has(table)) return ['SELECT', 'INSERT', 'UPDATE'];
  return ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
}
