import type { Service } from '../../../domain/service.ts';
import type { AccountReads } from '../../../reads/books/accounts.ts';
import type { AccountsFilter, AccountsPage } from '../../../reads/books.ts';
import type { SqliteConnection } from '../connection.ts';
import { loadAccountsAfter } from './accounts.ts';
import type { Read } from './reader.ts';
import { loadService } from './services.ts';

/** A page of accounts with their services, in the order of the numbers of the accounts. */
function loadAccountsPage(
  connection: SqliteConnection,
  filter: AccountsFilter,
  after: string,
  limit: number,
): AccountsPage {
  // A cursor of the other engine, from before the books moved.
  if (after.includes('-')) return { items: [], next: after, hasMore: false };
  // One more row than the page shows whether there are more.
  const accounts = loadAccountsAfter(connection, filter, Number(after), limit + 1);
  const page = accounts.slice(0, limit);
  const services = new Map<string, Service | undefined>();
  const items = page.map(({ account }) => {
    const { serviceId } = account;
    if (!services.has(serviceId)) {
      services.set(serviceId, loadService(connection, filter.tenant, serviceId));
    }
    return { account, service: services.get(serviceId) };
  });
  const last = page.at(-1);
  return {
    items,
    next: last === undefined ? after : String(last.number),
    hasMore: accounts.length > limit,
  };
}

export function accountsPageRead(read: Read): Pick<AccountReads, 'accountsAfter'> {
  return {
    accountsAfter: (filter, after, limit) =>
      read((connection) => loadAccountsPage(connection, filter, after, limit)),
  };
}
