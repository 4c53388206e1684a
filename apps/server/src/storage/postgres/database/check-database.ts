import { integer, text } from '../columns.ts';
import type { PostgresConnection } from '../connection.ts';

const versionMin = 150_000;
/** Settings with which a database loses acknowledged writes when its machine loses power. */
const unsafeSettings: readonly (readonly [name: string, value: string])[] = [
  ['fsync', 'off'],
  ['synchronous_commit', 'off'],
  ['full_page_writes', 'off'],
];

/**
 * Checks whether a database can keep the promises.
 *
 * @throws {Error} when it is too old, or configured so that it may lose acknowledged writes
 */
export async function checkDatabase(connection: PostgresConnection, allowsUnsafe: boolean): Promise<void> {
  const [version] = await connection.rows(
    `SELECT current_setting('server_version_num')::integer AS number`,
    [],
  );
  if (version === undefined || integer(version, 'number') < versionMin) {
    throw new Error('the database is older than PostgreSQL 15');
  }
  if (allowsUnsafe) return;
  const rows = await connection.rows(
    'SELECT name, setting FROM pg_settings WHERE name = ANY ($1) ORDER BY name',
    [unsafeSettings.map(([name]) => name)],
  );
  const found = rows
    .map((row) => [text(row, 'name'), text(row, 'setting')] as const)
    .filter(([name, value]) => unsafeSettings.some(([one, unsafe]) => one === name && unsafe === value))
    .map(([name, value]) => `${name} = ${value}`);
  if (found.length === 0) return;
  throw new Error(
    `the database would lose what it has acknowledged (${found.join(', ')}): ` +
      'correct it, or set DATABASE_ALLOW_UNSAFE=true if the books may be lost',
  );
}
