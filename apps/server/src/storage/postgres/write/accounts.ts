import { type AccountLine, isUnsettled } from '../../../domain/account.ts';
import type { AccountKey } from '../../../reads/books.ts';
import { accountId, fixed, flag } from '../../table.ts';
import { accountLines, accounts } from '../../tables/accounts.ts';
import { json } from '../columns.ts';
import { recordOf, upsertSql } from '../described.ts';
import { deleteOfTenants, madeOfTenants } from '../one-tenant.ts';
import { accountKeyRecord, type IdentifiedAccount, namedAccount } from '../read/accounts.ts';
import type { StatementRunner } from '../statement-runner.ts';

/** An account as it is saved: whether something is unsettled follows from its lines. */
const saved = {
  ...accounts,
  columns: { ...accounts.columns, account: fixed(accountId()), unsettled: flag() },
};
const totalsRecord = recordOf(saved);
const lineRecord = recordOf(accountLines);

// All accounts of a batch are created and locked by one statement, in one order: no two batches wait for each other.
// It reads nothing: a statement that waits for a lock reads from a snapshot that is older than the lock.
const lockAccountsSql = madeOfTenants(
  1,
  (tenant, from) => `INSERT INTO accounts (tenant, account, agent, service_id)
  SELECT ${tenant}, account, agent, service_id
  FROM ${from(`json_to_recordset($1) AS w (n integer, tenant text, account uuid, agent text, service_id text)`)} ORDER BY n
  ON CONFLICT (tenant, agent, service_id) DO UPDATE SET sequence = accounts.sequence WHERE false`,
);
// The rows exist, so it inserts none.
const saveAccountsSql = upsertSql(saved);
const saveLinesSql = upsertSql(accountLines);
const deleteAccountsSql = deleteOfTenants(
  'accounts',
  (tenant) => `SELECT a.place FROM json_to_recordset($1) AS w (tenant text, agent text, service_id text)
    ${namedAccount(tenant)} AND a.sequence = 0`,
);

/** Creates the missing accounts, and locks all of them until the transaction ends. */
export async function lockAccounts(
  connection: StatementRunner,
  wanted: readonly (AccountKey & { readonly newAccount: string })[],
): Promise<void> {
  const rows = wanted.map((key, n) => ({ n, account: key.newAccount, ...accountKeyRecord(key) }));
  await connection.rows(lockAccountsSql, [json(rows)]);
}

/** Saves accounts as they are now, with those of their lines that changed. */
export async function saveAccounts(
  statements: StatementRunner,
  changed: readonly IdentifiedAccount[],
  linesBefore: ReadonlySet<AccountLine>,
): Promise<void> {
  if (changed.length === 0) return;
  const totals = changed.map((account) =>
    totalsRecord(
      { tenant: account.tenant },
      { ...account.totals, account: account.account, unsettled: isUnsettled(account.totals) },
    ),
  );
  const lines = changed.flatMap(({ tenant, account, totals: { lines: all } }) =>
    all.filter((line) => !linesBefore.has(line)).map((line) => lineRecord({ tenant, account }, line)),
  );
  await Promise.all([
    statements.rows(saveAccountsSql, [json(totals)]),
    ...(lines.length === 0 ? [] : [statements.rows(saveLinesSql, [json(lines)])]),
  ]);
}

/** Deletes accounts that were created to be locked, and on which nothing was recorded then. */
export async function deleteUntouched(
  statements: StatementRunner,
  untouched: readonly AccountKey[],
): Promise<void> {
  if (untouched.length > 0) await statements.rows(deleteAccountsSql, [json(untouched.map(accountKeyRecord))]);
}
