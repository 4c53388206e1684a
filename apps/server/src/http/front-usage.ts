import type { IncomingMessage, RequestListener } from 'node:http';
import { operations } from '@billonce/contract';
import { clientAddress } from '@billonce/idempotency/core';
import type { Caller, CallerHeaders } from './caller.ts';
import { type ExchangeParts, UsageExchange } from './front-exchange.ts';
import type { Answer, FrontRoute } from './listener.ts';
import { guardDevelopment } from './origin-guard.ts';
import { type PlainHead, plainHead } from './plain-head.ts';

/** What the front route has in common with the framework's. */
interface FrontParts extends ExchangeParts {
  /** Identifies the caller of a request, without counting those that are not recognized. */
  readonly identify: (headers: CallerHeaders, request: IncomingMessage) => Caller | Promise<Caller>;
}

const { method, path } = operations.recordUsage;

/**
 * The route for single usage with a key. It bypasses the framework, which takes longer than all other work for such a
 * request (docs/adr/0082). It accepts only plain requests, calls the same functions as the framework's route, and
 * answers requests that have an outcome. A request that is not plain, or that is refused before it is submitted, is
 * passed to the framework unchanged; nothing was charged or counted for it yet.
 */
export class FrontUsage implements FrontRoute {
  readonly #parts: FrontParts;

  private constructor(parts: FrontParts) {
    this.#parts = parts;
  }

  /** `undefined` if the server is set to something that only the framework does. */
  static of(parts: FrontParts): FrontUsage | undefined {
    const { config, traces } = parts.desk;
    const isPlain =
      traces === undefined &&
      config.compressedBytesMin === undefined &&
      config.corsAllowedOrigins.length === 0 &&
      config.tenantBytesPerDay === 0;
    return isPlain ? new FrontUsage(parts) : undefined;
  }

  take(request: IncomingMessage, answer: Answer, onward: RequestListener): boolean {
    if (request.url !== path || request.method !== method || request.httpVersion !== '1.1') return false;
    if (!this.#parts.desk.ledger.isOpen) return false;
    const head = plainHead(request.rawHeaders, this.#parts.desk.config.adminApiKey !== undefined);
    const sent = head && this.#sentBy(request, head);
    if (head === undefined || sent === undefined) return false;
    const exchange = new UsageExchange(this.#parts, head, request, answer, onward);
    try {
      const identified = this.#parts.identify(sent, request);
      if (identified instanceof Promise) {
        identified
          .then(
            (caller) => exchange.begin(caller),
            () => false,
          )
          .then((isBegun) => isBegun || onward(request, answer))
          .catch(() => request.socket.destroy());
        return true;
      }
      return exchange.begin(identified);
    } catch {
      // The framework refuses it.
      return false;
    }
  }

  /** What identifies the sender; `undefined` if it must be refused. */
  #sentBy({ socket }: IncomingMessage, head: PlainHead): CallerHeaders | undefined {
    const { adminApiKey, tls, trustedHops } = this.#parts.desk.config;
    const { host, apiKey, authorization, forwardedFor } = head;
    const { remoteAddress } = socket;
    if (remoteAddress === undefined) return undefined;
    if (adminApiKey === undefined) {
      const scheme = tls === undefined ? 'http' : 'https';
      try {
        guardDevelopment({ host, origin: undefined, fetchSite: undefined, scheme }, true, []);
      } catch {
        return undefined;
      }
    }
    const address = clientAddress(remoteAddress, forwardedFor, trustedHops);
    return { address, apiKey, authorization, tenant: undefined };
  }
}
