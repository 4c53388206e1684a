import { costOf } from '@billonce/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from './api-error.ts';
import type { Caller } from './caller.ts';
import type { BudgetState, RateBudgets } from './rate-budget.ts';
import type { Admit } from './router.ts';
import type { RuntimeSettings } from './runtime-settings.ts';

/** Header fields of an answer. */
type Fields = readonly (readonly [name: string, value: string])[];

/** Limits what each caller may use in a window: a tenant, or an address if callers have no key. */
export class RateLimit {
  readonly #budgets: RateBudgets;
  readonly #settings: RuntimeSettings;
  readonly #onRefused: () => void;

  constructor(budgets: RateBudgets, settings: RuntimeSettings, onRefused: () => void) {
    this.#budgets = budgets;
    this.#settings = settings;
    this.#onRefused = onRefused;
  }

  /** Refuses callers that have used up their budget, before a body is read. */
  register(app: FastifyInstance): void {
    app.addHook('preParsing', (request: FastifyRequest, reply: FastifyReply, payload, done) => {
      // No limit is not a limit of 0; the settings may be read again at any time.
      const { caller } = request;
      if (caller === undefined || this.#settings.rateLimit.limit === 0) {
        done(null, payload);
        return;
      }
      this.#refuseUsedUp(nameOf(caller), reply).then(() => done(null, payload), done);
    });
  }

  /** Whether it is known at once that a caller has not used up its budget. */
  mayCharge(caller: Caller): boolean {
    const { limit, windowMs } = this.#settings.rateLimit;
    return limit === 0 || this.#budgets.lookNow(nameOf(caller), limit, windowMs)?.isUsedUp === false;
  }

  /**
   * Charges a request that costs 1, at once: the fields of its answer. `undefined` if its caller must be refused, or a lease is needed to
   * know it; then nothing is charged.
   */
  chargeNow(caller: Caller): Fields | undefined {
    const { limit, windowMs } = this.#settings.rateLimit;
    if (limit === 0) return [];
    const state = this.#budgets.useNow(nameOf(caller), limit, 1, windowMs);
    return state && fieldsOf(state);
  }

  async #refuseUsedUp(caller: string, reply: FastifyReply): Promise<void> {
    const { limit, windowMs } = this.#settings.rateLimit;
    const state = await this.#budgets.look(caller, limit, windowMs);
    // The charge for a request that turns out to be invalid.
    if (!state.isUsedUp) return tell(reply, this.#budgets.use(caller, limit, 1, windowMs));
    tell(reply, state);
    this.#onRefused();
    throw new ApiError('rate_limited', 'the rate limit of this tenant is used up', {
      headers: { 'retry-after': secondsOf(state) },
    });
  }

  /** Charges the cost of a request, once its items are known. */
  charge(): Admit {
    return ({ name, request, reply, body }) => {
      const { limit, windowMs } = this.#settings.rateLimit;
      if (request.caller === undefined || limit === 0) return undefined;
      const rest = costOf(name, body) - 1;
      if (rest > 0) tell(reply, this.#budgets.use(nameOf(request.caller), limit, rest, windowMs));
      return undefined;
    };
  }
}

function nameOf({ tenant, scope }: Caller): string {
  return tenant === undefined ? '$admin' : `${tenant} ${scope}`;
}

function tell(reply: FastifyReply, state: BudgetState): void {
  for (const [name, value] of fieldsOf(state)) reply.header(name, value);
}

function fieldsOf(state: BudgetState): Fields {
  return [
    ['ratelimit-limit', String(state.limit)],
    ['ratelimit-remaining', String(state.remaining)],
    ['ratelimit-reset', secondsOf(state)],
  ];
}

function secondsOf({ resetMs }: BudgetState): string {
  return String(Math.max(1, Math.ceil(resetMs / 1_000)));
}
