import type { Balance, OwnedGrant } from '../../../domain/balance.ts';
import type { NamedPolicy } from '../../../domain/billing.ts';
import type { Movement } from '../../../domain/movement.ts';
import { balances, billing, grantRow, grants, movements, policyRow } from '../../tables/balances.ts';
import { json, text } from '../columns.ts';
import { insertSql, recordOf, upsertSql } from '../described.ts';
import { ofTenants } from '../one-tenant.ts';
import { numbered, type TenantAgent } from '../read/tenant-agents.ts';
import type { StatementRunner } from '../statement-runner.ts';

const policyRecord = recordOf(billing);
const balanceRecord = recordOf(balances);
const grantRecord = recordOf(grants);
const movementRecord = recordOf(movements);

// It only locks: a statement that waits for a lock reads from a snapshot that is older than the lock.
const lockBillingsSql = ofTenants(
  1,
  (
    tenant,
  ) => `SELECT ${tenant} AS tenant, b.agent FROM json_to_recordset($1) AS w (n integer, tenant text, agent text)
  CROSS JOIN LATERAL (SELECT agent FROM billing AS a WHERE a.tenant = ${tenant} AND a.agent = w.agent FOR UPDATE) AS b
  ORDER BY w.n`,
);
// Without `ON CONFLICT`: if another instance has made the row meanwhile, this batch did not see its balances.
const makePoliciesSql = insertSql(billing, 'w.tenant COLLATE "C", agent COLLATE "C"');
// The rows exist and are locked, so it inserts none.
const changePoliciesSql = upsertSql(billing);
const saveBalancesSql = upsertSql(balances);
const saveGrantsSql = upsertSql(grants, 'w.tenant COLLATE "C", id COLLATE "C"');
const saveMovementsSql = insertSql(movements);

/** A row with its tenant. */
type Owned<T> = T & { readonly tenant: string };

/**
 * Locks the billing of agents, and with it their balances, if the books know them. All batches lock in the same order.
 *
 * @returns the agents that are locked
 */
export async function lockBillings(
  connection: StatementRunner,
  agents: readonly TenantAgent[],
): Promise<readonly TenantAgent[]> {
  const rows = await connection.rows(lockBillingsSql, [json(numbered(agents))]);
  return rows.map((row) => ({ tenant: text(row, 'tenant'), agent: text(row, 'agent') }));
}

/** @param isKnown whether the books knew an agent when the batch was loaded */
export async function savePolicies(
  statements: StatementRunner,
  policies: readonly Owned<{ readonly named: NamedPolicy }>[],
  isKnown: (tenant: string, agent: string) => boolean,
): Promise<void> {
  const rows = (wanted: boolean) =>
    policies
      .filter(({ tenant, named: { agent } }) => isKnown(tenant, agent) === wanted)
      .map(({ tenant, named }) => policyRecord({ tenant }, policyRow(named)));
  const [made, changed] = [rows(false), rows(true)];
  await Promise.all([
    made.length === 0 ? [] : statements.rows(makePoliciesSql, [json(made)]),
    changed.length === 0 ? [] : statements.rows(changePoliciesSql, [json(changed)]),
  ]);
}

export async function saveBalances(
  statements: StatementRunner,
  changed: readonly Owned<{ readonly balance: Balance }>[],
): Promise<void> {
  if (changed.length === 0) return;
  const rows = changed.map(({ tenant, balance }) => balanceRecord({ tenant }, balance));
  await statements.rows(saveBalancesSql, [json(rows)]);
}

export async function saveGrants(
  statements: StatementRunner,
  changed: readonly Owned<{ readonly owned: OwnedGrant }>[],
): Promise<void> {
  if (changed.length === 0) return;
  const rows = changed.map(({ tenant, owned: { agent, asset, grant } }) =>
    grantRecord({ tenant, agent, asset }, grantRow(grant)),
  );
  await statements.rows(saveGrantsSql, [json(rows)]);
}

export async function saveMovements(
  statements: StatementRunner,
  made: readonly Owned<{ readonly movement: Movement }>[],
): Promise<void> {
  if (made.length === 0) return;
  const rows = made.map(({ tenant, movement }) => movementRecord({ tenant }, movement));
  await statements.rows(saveMovementsSql, [json(rows)]);
}
