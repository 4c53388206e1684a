import type { AccountReads } from '../../../reads/books/accounts.ts';
import { integer } from '../columns.ts';
import type { SqliteConnection } from '../connection.ts';
import type { Read } from './reader.ts';

export const hasTenantSql = `SELECT EXISTS (SELECT 1 FROM accounts WHERE tenant = ?) OR EXISTS (SELECT 1 FROM services WHERE tenant = ?)
     OR EXISTS (SELECT 1 FROM webhooks WHERE tenant = ?) OR EXISTS (SELECT 1 FROM api_keys WHERE tenant = ?) AS has`;

/** Whether a tenant has an account, a service, a webhook or an API key. */
function hasTenant(connection: SqliteConnection, tenant: string): boolean {
  const row = connection.get(hasTenantSql, tenant, tenant, tenant, tenant);
  return row !== undefined && integer(row, 'has') === 1;
}

export function tenantRead(read: Read): Pick<AccountReads, 'hasTenant'> {
  return { hasTenant: (tenant) => read((connection) => hasTenant(connection, tenant)) };
}
