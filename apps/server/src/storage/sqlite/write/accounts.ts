import { type Account, type AccountLine, isUnsettled } from '../../../domain/account.ts';
import { onConflict } from '../../table.ts';
import { accountLines, accounts } from '../../tables/accounts.ts';
import type { SqliteConnection } from '../connection.ts';
import { changedValuesOf, insertSql, rowsOf, updateSql, valuesOf } from '../described.ts';
import { RowsInsert } from './rows-insert.ts';

const insertAccountSql = insertSql(accounts, ['unsettled']);
const accountValues = valuesOf(accounts);
const updateAccountSql = updateSql(accounts, [], 'account = ?');
const updateUnsettledSql = 'UPDATE accounts SET unsettled = ? WHERE account = ?';
const changedValues = changedValuesOf(accounts);
const { into, columns } = rowsOf(accountLines);
const saveLineRows = new RowsInsert(into, columns, onConflict('sqlite', accountLines));
const lineValues = valuesOf(accountLines);

/**
 * Saves an account as it is now, and returns its number.
 *
 * @param before the account as the file has it
 */
export function saveAccount(
  connection: SqliteConnection,
  tenant: string,
  account: Account,
  number: number | undefined,
  before: Account | undefined,
): number {
  const unsettled = isUnsettled(account) ? 1 : 0;
  if (number !== undefined) {
    connection.run(updateAccountSql, ...changedValues(account), number);
    // The column has an index, which would be written each time: one page and 2 µs for each batch.
    if (before === undefined || isUnsettled(before) !== isUnsettled(account))
      connection.run(updateUnsettledSql, unsettled, number);
    return number;
  }
  const made = connection.run(insertAccountSql, tenant, ...accountValues(account), unsettled);
  return Number(made.lastInsertRowid);
}

/** Saves lines as they are now, each with the number of its account, which must be saved. */
export function saveLines(
  connection: SqliteConnection,
  lines: readonly (readonly [account: number, line: AccountLine])[],
): void {
  saveLineRows.run(
    connection,
    lines.map(([account, line]) => [account, ...lineValues(line)]),
  );
}
