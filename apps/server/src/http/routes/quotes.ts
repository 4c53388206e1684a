import { emptyAccount, isUnsettled } from '../../domain/account.ts';
import { quoteOf } from '../../domain/quote.ts';
import { quoteAnswer, quoteTag } from '../../domain/quote-answer.ts';
import { ApiError } from '../api-error.ts';
import { type Desk, tenantOf } from '../desk.ts';
import { exactInteger } from '../exact-integer.ts';
import type { HandlersOf } from '../router.ts';

export function quotesRoutes({ books, reads }: Desk) {
  return {
    readQuote: async (call) => {
      const { agent, serviceId } = call.params;
      const { account, service } = await books.accountAndService({
        tenant: tenantOf(call),
        agent,
        serviceId,
      });
      const isGone = service?.deleted === true && !(account && isUnsettled(account));
      if (service === undefined || isGone) {
        throw new ApiError('not_found', `service ${serviceId} is not registered`);
      }
      const quote = quoteOf(account ?? emptyAccount(agent, serviceId), service);
      return { status: 200, headers: [['etag', quoteTag(quote)]], body: quoteAnswer(quote) };
    },

    readBillingTotal: async (call) => {
      const sums = await reads.walk(call, 'sumBilling', tenantOf(call));
      return {
        status: 200,
        body: {
          totalStroops: String(sums.totalStroops),
          disabledStroops: String(sums.disabledStroops),
          creditStroops: String(sums.creditStroops),
          unpricedRequests: exactInteger(sums.unpricedRequests),
        },
      };
    },
  } satisfies HandlersOf<'quotes'>;
}
