import type { AccountReads } from '../../../reads/books/accounts.ts';
import type { AccountAndService, AccountKey } from '../../../reads/books.ts';
import type { StatementRunner } from '../statement-runner.ts';
import { accountColumns, parseAccount } from './accounts.ts';
import type { Reader } from './reader.ts';
import { parseService, serviceColumns } from './services.ts';

// Both have a service_id and a unit_scale: those of the account count, which come last.
const loadSql = `SELECT s.*, s.unit_scale AS service_unit_scale, a.*
  FROM (SELECT) AS one
  LEFT JOIN (SELECT ${accountColumns('$1')} FROM accounts AS a
    WHERE a.tenant = $1 AND a.agent = $2 AND a.service_id = $3) AS a ON true
  LEFT JOIN (SELECT ${serviceColumns} FROM services WHERE tenant = $1 AND service_id = $3) AS s ON true`;

/** An account and its service in one statement, and so as they were at one moment. */
async function loadAccountAndService(
  connection: StatementRunner,
  { tenant, agent, serviceId }: AccountKey,
): Promise<AccountAndService> {
  const [row] = await connection.rows(loadSql, [tenant, agent, serviceId]);
  if (row === undefined) return { account: undefined, service: undefined };
  const ofService = { ...row, service_id: serviceId, unit_scale: row['service_unit_scale'] };
  return {
    account: row['account'] === null ? undefined : parseAccount(row).totals,
    service: row['price_version'] === null ? undefined : parseService(ofService),
  };
}

export function accountAndServiceRead(reader: Reader): Pick<AccountReads, 'accountAndService'> {
  return {
    accountAndService: (key) => reader.of(key.tenant, (connection) => loadAccountAndService(connection, key)),
  };
}
