import { agentQuoteReply, billingTotalReply, quoteReply } from '../../answers/quotes.ts';
import { emptyAccount, isUnsettled } from '../../domain/account.ts';
import { serviceAt } from '../../domain/dated-price.ts';
import { notRegistered } from '../../domain/not-registered.ts';
import { quoteOf } from '../../domain/quote.ts';
import { instantMs } from '../../domain/timestamps.ts';
import { ApiError } from '../api-error.ts';
import { encodeCursor, nameCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import type { HandlersOf } from '../router.ts';

export function quotesRoutes({ books, reads, nowMs }: Desk) {
  return {
    readQuote: async (call) => {
      const { agent, serviceId } = call.params;
      const key = { tenant: tenantOf(call), agent, serviceId };
      const { recordedBefore } = call.query;
      const { account, service, position, leftOutRequests } =
        recordedBefore === undefined
          ? { ...(await books.accountAndService(key)), position: undefined, leftOutRequests: undefined }
          : await reads.page(call, 'quoteBefore', key, instantMs(recordedBefore));
      const isGone = service?.deleted === true && !(account && isUnsettled(account));
      if (service === undefined || isGone) {
        throw new ApiError('not_found', notRegistered(serviceId));
      }
      const quote = quoteOf(account ?? emptyAccount(agent, serviceId), serviceAt(service, nowMs()), position);
      return quoteReply(quote, leftOutRequests);
    },

    readAgentQuote: async (call) => {
      const { agent } = call.params;
      const { cursor, limit = 100 } = call.query;
      const account = { tenant: tenantOf(call), agent };
      const { quotes, next } = await reads.page(
        call,
        'listAgentQuotes',
        account,
        nowMs(),
        nameCursor(cursor),
        limit,
      );
      // The first page has the sums: each of them is of all accounts.
      const sums =
        cursor === undefined ? await reads.walk(call, 'sumAgentQuotes', account, nowMs()) : undefined;
      const nextCursor = next === undefined ? null : encodeCursor('name', next);
      return agentQuoteReply(agent, quotes, sums, { nextCursor, hasMore: next !== undefined });
    },

    readBillingTotal: async (call) => billingTotalReply(await reads.walk(call, 'sumBilling', tenantOf(call))),
  } satisfies HandlersOf<'quotes'>;
}
