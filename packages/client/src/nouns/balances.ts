import type { Call, CallOptions, Success } from '../call.ts';
import type {
  Balance,
  BillingPut,
  GrantList,
  GrantRequest,
  MovementList,
  ReadBalanceQuery,
  RefundRequest,
} from '../contract/types.ts';
import { itemsOf } from '../pages.ts';

/** Prepaid money of agents. */
export function balancesOf(call: Call) {
  return {
    get: (agent: string, query: ReadBalanceQuery = {}, options?: CallOptions): Promise<Balance> =>
      call('readBalance', { params: { agent }, query }, options),
    /** Grants money to an agent. With an `id` it is granted once, no matter how many requests report it. */
    grant: (agent: string, grant: GrantRequest, options?: CallOptions): Promise<Success<'createGrant'>> =>
      call('createGrant', { params: { agent }, body: grant }, options),
    /**
     * Refunds money to a balance, with a reason. With an `id` it is refunded once, no matter how many requests report
     * it.
     */
    refund: (agent: string, refund: RefundRequest, options?: CallOptions): Promise<Success<'createRefund'>> =>
      call('createRefund', { params: { agent }, body: refund }, options),
    /** The grants of an agent, oldest first. */
    grants: (
      agent: string,
      options?: CallOptions,
    ): AsyncGenerator<GrantList['items'][number], void, undefined> =>
      itemsOf(
        {},
        (query) => call('listGrants', { params: { agent }, query }, options),
        ({ items }) => items,
      ),
    /** Everything that ever moved in a balance, oldest first. */
    movements: (
      agent: string,
      options?: CallOptions,
    ): AsyncGenerator<MovementList['items'][number], void, undefined> =>
      itemsOf(
        {},
        (query) => call('listMovements', { params: { agent }, query }, options),
        ({ items }) => items,
      ),
    /** Sets how an agent pays for what is recorded from now on. */
    setBilling: (agent: string, billing: BillingPut, options?: CallOptions): Promise<Success<'putBilling'>> =>
      call('putBilling', { params: { agent }, body: billing }, options),
  };
}
