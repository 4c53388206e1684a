import type { Service } from '../../../domain/service.ts';
import type { AccountReads, AccountsFilter, AccountsPage } from '../../../reads/books/accounts.ts';
import type { StatementRunner } from '../statement-runner.ts';
import { loadAccountsAfter } from './accounts.ts';
import type { Reader } from './reader.ts';
import { loadServices } from './services.ts';

const firstId = '00000000-0000-0000-0000-000000000000';

/** A page of accounts with their services, in the order of the ids of the accounts. */
async function loadAccountsPage(
  connection: StatementRunner,
  filter: AccountsFilter,
  after: string,
  limit: number,
): Promise<AccountsPage> {
  // One more row than the page shows whether there are more.
  const found = await loadAccountsAfter(connection, filter, after === '' ? firstId : after, limit + 1);
  const accounts = found.slice(0, limit);
  const ids = [...new Set(accounts.map(({ totals }) => totals.serviceId))];
  const known = await loadServices(
    connection,
    ids.map((serviceId) => ({ tenant: filter.tenant, serviceId })),
  );
  const services = new Map<string, Service>(known.map(({ service }) => [service.serviceId, service]));
  return {
    items: accounts.map(({ totals }) => ({ account: totals, service: services.get(totals.serviceId) })),
    next: accounts.at(-1)?.account ?? after,
    hasMore: found.length > limit,
  };
}

export function accountsPageRead(reader: Reader): Pick<AccountReads, 'accountsAfter'> {
  return {
    accountsAfter: async (filter, after, limit) => {
      // A cursor of the other engine, from before the books moved.
      if (/^\d+$/.test(after)) return { items: [], next: after, hasMore: false };
      return await reader.of(filter.tenant, (connection) =>
        loadAccountsPage(connection, filter, after, limit),
      );
    },
  };
}
