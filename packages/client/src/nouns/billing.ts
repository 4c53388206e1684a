import type { Call, CallOptions, Success } from '../call.ts';
import type {
  BillingTotal,
  Entry,
  ListSettlementsQuery,
  Quote,
  Settled,
  Settlement,
  SettleRequest,
} from '../contract/types.ts';
import { itemsOf } from '../pages.ts';
import type { Account } from './usage.ts';

export function billingOf(call: Call) {
  return {
    /** What a settlement would bill now. Settle with `through` and `expectedStroops` of it to bill exactly this. */
    quote: ({ agent, serviceId }: Account, options?: CallOptions): Promise<Quote> =>
      call('readQuote', { params: { agent, serviceId } }, options),
    /** What is outstanding on all accounts. */
    total: (options?: CallOptions): Promise<BillingTotal> => call('readBillingTotal', {}, options),
  };
}

/** Bills what is outstanding on an account, once. */
export function settleOf(call: Call) {
  return (request: SettleRequest, options?: CallOptions): Promise<Settled> =>
    call('settle', { body: request }, options);
}

export function settlementsOf(call: Call) {
  return {
    get: (id: string, options?: CallOptions): Promise<Settlement> =>
      call('readSettlement', { params: { id } }, options),
    /** All settlements that match the filters, oldest first. */
    list: (
      query: ListSettlementsQuery = {},
      options?: CallOptions,
    ): AsyncGenerator<Settlement, void, undefined> =>
      itemsOf(
        query,
        (paged) => call('listSettlements', { query: paged }, options),
        ({ items }) => items,
      ),
    /** The entries that a settlement covers. */
    entries: (id: string, options?: CallOptions): AsyncGenerator<Entry, void, undefined> =>
      itemsOf(
        {},
        (query) => call('listSettlementEntries', { params: { id }, query }, options),
        ({ items }) => items,
      ),
    /** Bills every account of an agent, in one commit. */
    settleAgent: (agent: string, options?: CallOptions): Promise<Success<'settleBulk'>> =>
      call('settleBulk', { body: { agent } }, options),
  };
}
