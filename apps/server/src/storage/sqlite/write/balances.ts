import type { Balance, OwnedGrant } from '../../../domain/balance.ts';
import type { NamedPolicy } from '../../../domain/billing.ts';
import type { Movement } from '../../../domain/movement.ts';
import { balances, billing, grantRow, grants, movements, policyRow } from '../../tables/balances.ts';
import type { SqliteConnection } from '../connection.ts';
import { insertSql, upsertSql, valuesOf } from '../described.ts';

const savePolicySql = upsertSql(billing);
const policyValues = valuesOf(billing);
const saveBalanceSql = upsertSql(balances);
const balanceValues = valuesOf(balances);
const saveGrantSql = upsertSql(grants);
const grantValues = valuesOf(grants);
const saveMovementSql = insertSql(movements);
const movementValues = valuesOf(movements);

export function savePolicy(connection: SqliteConnection, tenant: string, named: NamedPolicy): void {
  connection.run(savePolicySql, tenant, ...policyValues(policyRow(named)));
}

export function saveBalance(connection: SqliteConnection, tenant: string, balance: Balance): void {
  connection.run(saveBalanceSql, tenant, ...balanceValues(balance));
}

export function saveGrant(
  connection: SqliteConnection,
  tenant: string,
  { agent, asset, grant }: OwnedGrant,
): void {
  connection.run(saveGrantSql, tenant, agent, asset, ...grantValues(grantRow(grant)));
}

export function saveMovement(connection: SqliteConnection, tenant: string, movement: Movement): void {
  connection.run(saveMovementSql, tenant, ...movementValues(movement));
}
