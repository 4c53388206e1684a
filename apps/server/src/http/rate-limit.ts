import { costOf } from '@billonce/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from './api-error.ts';
import type { Caller } from './caller.ts';
import type { BudgetState, RateBudgets } from './rate-budget.ts';
import type { Admit } from './router.ts';
import type { RuntimeSettings } from './runtime-settings.ts';

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
  reply.header('ratelimit-limit', String(state.limit));
  reply.header('ratelimit-remaining', String(state.remaining));
  reply.header('ratelimit-reset', secondsOf(state));
}

function secondsOf({ resetMs }: BudgetState): string {
  return String(Math.max(1, Math.ceil(resetMs / 1_000)));
}
