import type { Call, CallOptions, Success } from '../call.ts';
import type { AccountTotal, Entry, ListEntriesQuery, UsageItem } from '../contract/types.ts';
import { itemsOf } from '../pages.ts';

/** An agent's account for a service. */
export interface Account {
  readonly agent: string;
  readonly serviceId: string;
}

/** Options of a bulk. */
export interface BulkOptions extends CallOptions {
  /** `atomic`: one item that is refused refuses all */
  readonly mode?: 'atomic';
}

/** How much of an entry is taken back: one of both, or neither for all that is left. */
export interface ReversedPart {
  readonly requests?: number;
  /** units, as a decimal string */
  readonly quantity?: string;
}

export function usageOf(call: Call) {
  return {
    /** Records usage. With an `id` it is recorded once, no matter how many requests report it, under any key. */
    record: (item: UsageItem, options?: CallOptions): Promise<Success<'recordUsage'>> =>
      call('recordUsage', { body: item }, options),
    /** Records up to 1,000 items, or as many as the server allows. The result of each has its `index`. */
    recordBulk: (
      items: readonly UsageItem[],
      { mode, ...options }: BulkOptions = {},
    ): Promise<Success<'recordUsageBulk'>> =>
      call(
        'recordUsageBulk',
        { body: { items }, ...(mode === undefined ? {} : { query: { mode } }) },
        options,
      ),
    /** What is outstanding on an account. */
    total: ({ agent, serviceId }: Account, options?: CallOptions): Promise<AccountTotal> =>
      call('readAccount', { params: { agent, serviceId } }, options),
    /** Takes back everything that is outstanding on an account, with one entry. */
    clear: ({ agent, serviceId }: Account, options?: CallOptions): Promise<Success<'clearAccount'>> =>
      call('clearAccount', { params: { agent, serviceId } }, options),
  };
}

export function entriesOf(call: Call) {
  return {
    get: (id: string, options?: CallOptions): Promise<Entry> =>
      call('readEntry', { params: { id } }, options),
    /** All entries that match the filters, oldest first. */
    list: (query: ListEntriesQuery = {}, options?: CallOptions): AsyncGenerator<Entry, void, undefined> =>
      itemsOf(
        query,
        (paged) => call('listEntries', { query: paged }, options),
        ({ items }) => items,
      ),
    /** Takes an entry back: the given number of its requests or units, or all that are left. */
    reverse: (
      id: string,
      reason: string,
      { requests, quantity, ...options }: CallOptions & ReversedPart = {},
    ): Promise<Entry> => {
      const part = {
        ...(requests === undefined ? {} : { requests }),
        ...(quantity === undefined ? {} : { quantity }),
      };
      return call('reverseEntry', { params: { id }, body: { reason, ...part } }, options);
    },
  };
}
