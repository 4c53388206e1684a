import type { IdempotentRequest, RefusedRequest } from '../../core/idempotent-request.ts';
import type { Operation } from '../../core/operation.ts';
import type { RequestBody } from '../../core/request-body.ts';
import { splitTarget } from '../../core/request-head.ts';
import type { Caller } from '../../core/scope.ts';
import type { NodeExchange } from './exchange.ts';
import { ownRequestId, requestIdOf } from './node-request.ts';

/** The data to refuse an exchange. It is looked up only for a refusal, because few exchanges are refused. */
export class RefusedExchange<Request> implements RefusedRequest {
  protected readonly exchange: NodeExchange<Request>;

  constructor(exchange: NodeExchange<Request>) {
    this.exchange = exchange;
  }

  get source(): Request {
    return this.exchange.request;
  }

  get accept(): string | undefined {
    return this.exchange.raw.headers.accept;
  }

  get requestId(): string | undefined {
    const { exchange } = this;
    return exchange.requestId ?? ownRequestId(exchange) ?? requestIdOf(exchange.raw);
  }
}

/** A request in the form of the core. */
export class ExchangeRequest<Request> extends RefusedExchange<Request> implements IdempotentRequest {
  readonly path: string;
  readonly query: string;
  readonly caller: Caller | undefined;
  readonly key: string;
  readonly body: RequestBody;
  readonly outer: Operation | undefined;
  readonly hasFunction: boolean;

  constructor(
    exchange: NodeExchange<Request>,
    caller: Caller | undefined,
    key: string,
    body: RequestBody,
    outer: Operation | undefined,
    hasFunction: boolean,
  ) {
    super(exchange);
    const { path, query } = splitTarget(exchange.target);
    this.path = path;
    this.query = query;
    this.caller = caller;
    this.key = key;
    this.body = body;
    this.outer = outer;
    this.hasFunction = hasFunction;
  }

  get method(): string {
    return this.exchange.raw.method ?? '';
  }

  get ifMatch(): string | undefined {
    return this.exchange.raw.headers['if-match'];
  }

  headerOf(name: string): string | undefined {
    return this.exchange.raw.headers[name]?.toString();
  }
}
