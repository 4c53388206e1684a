import type { ApiKey, ApiKeyUse } from '../../../domain/api-key.ts';
import { adminTenant } from '../../../domain/tenant.ts';
import { apiKeys } from '../../tables/api-keys.ts';
import { json } from '../columns.ts';
import { recordOf, upsertSql } from '../described.ts';
import type { StatementRunner } from '../statement-runner.ts';

const saveApiKeysSql = upsertSql(apiKeys);
const apiKeyRecord = recordOf(apiKeys);
const saveUsesSql = `UPDATE api_keys AS k
  SET last_used_at_ms = greatest(k.last_used_at_ms, ($3::bigint[])[array_position($2::text[], k.prefix)])
  WHERE k.tenant = $1 AND k.prefix = ANY ($2)`;

export async function saveApiKeys(statements: StatementRunner, keys: readonly ApiKey[]): Promise<void> {
  if (keys.length === 0) return;
  const rows = keys.map((key) => apiKeyRecord({ operator: adminTenant }, key));
  await statements.rows(saveApiKeysSql, [json(rows)]);
}

export async function saveApiKeyUses(statements: StatementRunner, uses: readonly ApiKeyUse[]): Promise<void> {
  if (uses.length === 0) return;
  await statements.rows(saveUsesSql, [
    adminTenant,
    uses.map(({ prefix }) => prefix),
    uses.map(({ usedAtMs }) => String(usedAtMs)),
  ]);
}
