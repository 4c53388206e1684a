import { outstandingRequests } from '../domain/account.ts';
import { quoteOf } from '../domain/quote.ts';
import type { Books } from './books.ts';
import { eachAccount } from './each-account.ts';

/** What is outstanding on all accounts of a tenant. Sums are made here, where they cannot overflow. */
export async function sumBilling(books: Books, tenant: string) {
  let totalStroops = 0n;
  let disabledStroops = 0n;
  let unpricedRequests = 0n;
  for await (const { account, service } of eachAccount(books, { tenant, serviceId: undefined })) {
    if (service === undefined) {
      unpricedRequests += BigInt(outstandingRequests(account));
      continue;
    }
    const { billedStroops } = quoteOf(account, service);
    totalStroops += billedStroops;
    if (service.disabled) disabledStroops += billedStroops;
  }
  return { totalStroops, disabledStroops, unpricedRequests };
}

/** Outstanding requests of a service, and how many agents ever used it. */
export async function sumService(books: Books, tenant: string, serviceId: string) {
  let total = 0n;
  let agents = 0;
  for await (const { account } of eachAccount(books, { tenant, serviceId })) {
    total += BigInt(outstandingRequests(account));
    agents += 1;
  }
  return { total, agents };
}
