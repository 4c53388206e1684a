import type { AccountReads } from '../../../reads/books/accounts.ts';
import { loadAccount } from './accounts.ts';
import type { Read } from './reader.ts';
import { loadService } from './services.ts';

/** An account and its service on one snapshot, and so as they were at one moment. */
export function accountAndServiceRead(read: Read): Pick<AccountReads, 'accountAndService'> {
  return {
    accountAndService: ({ tenant, agent, serviceId }) =>
      read((connection) => ({
        account: loadAccount(connection, tenant, agent, serviceId)?.account,
        service: loadService(connection, tenant, serviceId),
      })),
  };
}
