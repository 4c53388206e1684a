import { agentQuoteReply, billingTotalReply, quoteReply } from '../../answers/quotes.ts';
import { emptyAccount, isUnsettled } from '../../domain/account.ts';
import { quoteOf } from '../../domain/quote.ts';
import { instantMs } from '../../domain/timestamps.ts';
import { ApiError } from '../api-error.ts';
import { encodeCursor, nameCursor } from '../cursor.ts';
import { type Desk, tenantOf } from '../desk.ts';
import type { HandlersOf } from '../router.ts';

export function quotesRoutes({ books, reads }: Desk) {
  return {
    readQuote: async (call) => {
      const { agent, serviceId } = call.params;
      const key = { tenant: tenantOf(call), agent, serviceId };
      const { recordedBefore } = call.query;
      const { account, service, position } =
        recordedBefore === undefined
          ? { ...(await books.accountAndService(key)), position: undefined }
          : await reads.page(call, 'quoteBefore', key, instantMs(recordedBefore));
      const isGone = service?.deleted === true && !(account && isUnsettled(account));
      if (service === undefined || isGone) {
        throw new ApiError('not_found', `service ${serviceId} is not registered`);
      }
      return quoteReply(quoteOf(account ?? emptyAccount(agent, serviceId), service, position));
    },

    readAgentQuote: async (call) => {
      const { agent } = call.params;
      const { cursor, limit = 100 } = call.query;
      const account = { tenant: tenantOf(call), agent };
      const found = await reads.walk(call, 'quoteAgent', account, nameCursor(cursor), limit);
      const last = found.quotes.at(-1);
      const nextCursor = found.hasMore && last !== undefined ? encodeCursor('name', last.serviceId) : null;
      return agentQuoteReply(agent, found, { nextCursor, hasMore: found.hasMore });
    },

    readBillingTotal: async (call) => billingTotalReply(await reads.walk(call, 'sumBilling', tenantOf(call))),
  } satisfies HandlersOf<'quotes'>;
}
