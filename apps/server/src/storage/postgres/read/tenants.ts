import { adminTenant } from '../../../domain/tenant.ts';
import type { AccountReads } from '../../../reads/books/accounts.ts';
import { flag } from '../columns.ts';
import type { StatementRunner } from '../statement-runner.ts';
import type { Reader } from './reader.ts';

const hasTenantSql = `SELECT EXISTS (SELECT 1 FROM accounts WHERE tenant = $1) OR EXISTS (SELECT 1 FROM services WHERE tenant = $1)
    OR EXISTS (SELECT 1 FROM webhooks WHERE tenant = $1)
    OR EXISTS (SELECT 1 FROM api_keys WHERE tenant = $2 AND names_tenant = $1) AS has`;

/** Whether a tenant has an account, a service, a webhook or an API key. */
async function hasTenant(connection: StatementRunner, tenant: string): Promise<boolean> {
  const [row] = await connection.rows(hasTenantSql, [tenant, adminTenant]);
  return row !== undefined && flag(row, 'has');
}

export function tenantRead(reader: Reader): Pick<AccountReads, 'hasTenant'> {
  return { hasTenant: (tenant) => reader.of(tenant, (connection) => hasTenant(connection, tenant)) };
}
