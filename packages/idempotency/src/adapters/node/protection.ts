import type { IncomingMessage } from 'node:http';
import { andThen } from '../../core/awaitable.ts';
import {
  type CallerOptions,
  callerOptionFaults,
  callerOptionNames,
  isForwardedUnheard,
  unnamedCallersFault,
} from '../../core/caller-options.ts';
import { checkOptions } from '../../core/check-options.ts';
import { IdempotencyEngine } from '../../core/engine.ts';
import type { Begun, RefusedRequest } from '../../core/idempotent-request.ts';
import type { KeptResponse } from '../../core/kept-response.ts';
import {
  type KeyOptions,
  keyOptionFaults,
  keyOptionNames,
  parseReturnedKey,
  parseSkip,
} from '../../core/key-options.ts';
import type { KeyReading } from '../../core/key-reader.ts';
import type { Operation } from '../../core/operation.ts';
import type { IdempotencyOptions } from '../../core/options.ts';
import type { Refusal } from '../../core/refusal.ts';
import { isJson, mayBeJson, type RequestBody } from '../../core/request-body.ts';
import { headerValues } from '../../core/request-head.ts';
import type { Caller } from '../../core/scope.ts';
import type { Awaitable } from '../../core/store.ts';
import type { WarningCode } from '../../core/warning.ts';
import { comparedBody } from './compared-body.ts';
import type { NodeExchange } from './exchange.ts';
import { ExchangeRequest, RefusedExchange } from './exchange-request.ts';
import { holdOperation } from './hold-operation.ts';
import { callerOf, knownAddress } from './node-request.ts';
import { operationOf } from './operations.ts';
import { sendResponse } from './send-response.ts';
import { keepWhenHungUp } from './whole-body.ts';

/** The options of an adapter on `node:http`; `Request` is the framework's. */
export interface NodeOptions<Request>
  extends IdempotencyOptions<Request>,
    CallerOptions<Request>,
    KeyOptions<[request: Request]> {
  /**
   * What is compared instead of the body, if a parser leaves something that is neither text, bytes nor JSON (files, for
   * example): JSON, text or bytes that identify the body. A promise is awaited.
   */
  readonly fingerprintBody?: (request: Request) => unknown;
}

/** Whether the handler runs, and under which operation. */
export type Protected =
  | { readonly kind: 'run'; readonly operation: Operation | undefined }
  | { readonly kind: 'answered' };

const noBody: RequestBody = { kind: 'none' };
const answered: Protected = { kind: 'answered' };
const unprotected: Protected = { kind: 'run', operation: undefined };

function answerWith(
  exchange: Pick<NodeExchange<unknown>, 'send' | 'response'>,
  answer: KeptResponse,
): Protected {
  if (exchange.send === undefined) sendResponse(exchange.response, answer);
  else exchange.send(answer);
  return answered;
}

/** Protects requests on `node:http`: shared by the adapters of all frameworks based on it. */
export class NodeProtection<Request> {
  readonly #engine: IdempotencyEngine;
  readonly #options: NodeOptions<Request>;

  readonly #hidesSocket: boolean;

  /**
   * @param hidesSocket whether the framework checks the socket, besides the response, for a client that is gone
   * @throws {InvalidOptionsError}
   */
  constructor(options: NodeOptions<Request>, hidesSocket = false) {
    const faults = [
      ...callerOptionFaults(options),
      ...unnamedCallersFault(options),
      ...keyOptionFaults(options),
    ];
    if (options.fingerprintBody !== undefined && typeof options.fingerprintBody !== 'function') {
      faults.push('fingerprintBody must be a function');
    }
    this.#engine = new IdempotencyEngine(
      checkOptions(options, [...callerOptionNames, ...keyOptionNames, 'fingerprintBody'], faults),
    );
    this.#options = options;
    this.#hidesSocket = hidesSocket;
  }

  /** Whether a write without a key is refused. */
  get requiresKey(): boolean {
    return this.#engine.settings.requireKey;
  }

  /** Warns once of a weakness in the protection. */
  warn(code: WarningCode): void {
    this.#engine.warn(code);
  }

  /** Whether a request may need protection: a quick check, so that a request without a key costs little. */
  concerns({ method, headers }: Pick<IncomingMessage, 'method' | 'headers'>): boolean {
    return this.#engine.keys.concerns(method ?? '', (name) => headers[name] !== undefined);
  }

  /**
   * Answers a request from its record, or reports that its handler must run, with the response held back until the
   * operation has ended. Synchronous if the body was parsed before and the store answers synchronously.
   *
   * @throws {UnreadableBodyError} if the body cannot be compared
   * @throws {InvalidKeyError} if `keyOf` returns something that is not a key, or `skip` something other than true or
   * false
   */
  protect(exchange: NodeExchange<Request>): Awaitable<Protected> {
    const { skip } = this.#options;
    if (skip === undefined) return this.#findKey(exchange);
    return andThen(skip(exchange.request), (isSkipped) =>
      parseSkip(isSkipped) ? unprotected : this.#findKey(exchange),
    );
  }

  #findKey(exchange: NodeExchange<Request>): Awaitable<Protected> {
    const { raw, request, headers = raw.headers } = exchange;
    const { keys, settings } = this.#engine;
    const { keyPlace } = settings;
    const { keyOf } = this.#options;
    if (keyPlace.kind === 'header') {
      return this.#give(
        exchange,
        keys.ofLines(headerValues({ headers, rawHeaders: raw.rawHeaders }, keyPlace.header)),
      );
    }
    const has = (name: string) => headers[name] !== undefined;
    if (typeof keyOf === 'function') {
      return andThen(keyOf(request), (key) => this.#give(exchange, keys.ofValue(parseReturnedKey(key), has)));
    }
    const contentType = raw.headers['content-type'];
    if (!mayBeJson(contentType) || (raw.readableEnded && !isJson(contentType))) {
      return this.#give(exchange, keys.ofBody({ kind: 'parsed', value: exchange.parsedBody() }, has));
    }
    keepWhenHungUp(raw);
    return andThen(this.#body(exchange), (body) =>
      typeof body === 'string'
        ? this.#unread(exchange, body)
        : this.#give(exchange, keys.ofBody(body, has), body),
    );
  }

  /** @param body the body, if it was read to find the key */
  #give(exchange: NodeExchange<Request>, reading: KeyReading, body?: RequestBody): Awaitable<Protected> {
    if (reading.kind === 'unprotected') return unprotected;
    const outer = operationOf(exchange.raw);
    if (outer === undefined) return this.#protect(exchange, reading, body, undefined);
    // An outer protection has begun the same request. The options of this inner one apply.
    return andThen(outer.giveWay(), () => this.#protect(exchange, reading, body, outer));
  }

  #protect(
    exchange: NodeExchange<Request>,
    reading: Exclude<KeyReading, { readonly kind: 'unprotected' }>,
    read: RequestBody | undefined,
    outer: Operation | undefined,
  ): Awaitable<Protected> {
    const { raw } = exchange;
    if (reading.kind === 'refused') return this.#refuse(exchange, reading.refusal);
    if (raw.httpVersionMajor >= 2) return this.#refuse(exchange, { code: 'http2_unsupported' });
    keepWhenHungUp(raw);
    const { key } = reading;
    const hasFunction = this.#options.fingerprintBody !== undefined;
    const isKnown = outer !== undefined && this.#engine.comparesLike(outer, hasFunction);
    return andThen(this.#callerOf(exchange), (caller) =>
      andThen(read ?? (isKnown && raw.readableEnded ? noBody : this.#body(exchange)), (body) =>
        typeof body === 'string'
          ? this.#unread(exchange, body)
          : this.#begin(exchange, new ExchangeRequest(exchange, caller, key, body, outer, hasFunction)),
      ),
    );
  }

  #unread(exchange: NodeExchange<Request>, why: 'too_large' | 'broken_off'): Protected {
    if (why === 'broken_off') return answered;
    const bytesMax = this.#engine.settings.requestBytesMax;
    return this.#refuse(exchange, { code: 'payload_too_large', bytesMax });
  }

  #callerOf(exchange: NodeExchange<Request>): Awaitable<Caller | undefined> {
    const { request, raw } = exchange;
    const options = this.#options;
    if (options.callers === undefined) return callerOf(request, undefined, options);
    const known = knownAddress(raw, exchange.address?.());
    if (isForwardedUnheard(known, options.trustedProxies, (name) => raw.headers[name] !== undefined)) {
      this.#engine.warn('untrusted_forwarded_header');
    }
    return callerOf(request, known, options);
  }

  #begin(exchange: NodeExchange<Request>, request: ExchangeRequest<Request>): Awaitable<Protected> {
    return andThen(this.#engine.begin(request), (begun) => this.#go(exchange, begun, request));
  }

  #go(exchange: NodeExchange<Request>, begun: Begun, about: RefusedRequest): Awaitable<Protected> {
    switch (begun.kind) {
      case 'answer':
        return answerWith(exchange, begun.response);
      case 'proceed':
        return unprotected;
      case 'execute':
        // An outer timeout has answered while the key was being claimed. No one would get the answer of the handler.
        if (exchange.response.writableEnded || exchange.isAnswered?.() === true) {
          return andThen(begun.operation.withdraw(), () => answered);
        }
        holdOperation(exchange, begun.operation, about, this.#engine, this.#hidesSocket);
        return { kind: 'run', operation: begun.operation };
    }
  }

  #refuse(exchange: NodeExchange<Request>, refusal: Refusal): Protected {
    return answerWith(exchange, this.#engine.refuse(refusal, new RefusedExchange(exchange)).response);
  }

  #body(exchange: NodeExchange<Request>): ReturnType<typeof comparedBody> {
    return comparedBody(exchange, this.#options.fingerprintBody, this.#engine.settings.requestBytesMax);
  }
}
